// node odd-program.ts <how>: a tool server on standard input and output that misbehaves. Plain, so that it starts fast.
//   dies      shakes hands and ends
//   patient   answers calls of `hold` never, and tells on standard error what it is told; `variables` names its environment
//   stubborn  ignores the end of its input and SIGTERM, and so does its child; says both process ids in its tool's answer
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const [how] = process.argv.slice(2);
const say = (message: object): void =>
  void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const ids = [process.pid];

if (how === 'stubborn') {
  process.on('SIGTERM', () => undefined);
  const program =
    'process.on("SIGTERM", () => undefined); process.stdout.write("up"); setInterval(() => undefined, 1000)';
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise(resolve => child.stdout.once('data', resolve));
  if (child.pid !== undefined) ids.push(child.pid);
  setInterval(() => undefined, 1000);
}

createInterface(process.stdin).on('line', line => {
  const { id, method, params } = JSON.parse(line) as {
    id?: number;
    method: string;
    params?: { name?: string };
  };
  switch (method) {
    case 'initialize':
      say({
        id,
        result: {
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'odd', version: '1' },
        },
      });
      break;
    case 'notifications/initialized':
      if (how === 'dies') process.exit(3);
      break;
    case 'notifications/cancelled':
      process.stderr.write('told\n');
      break;
    case 'tools/call':
      if (params?.name === 'hold') {
        process.stderr.write('started\n');
        break;
      }
      if (params?.name === 'variables') {
        say({ id, result: { content: [{ type: 'text', text: Object.keys(process.env).join(' ') }] } });
        break;
      }
      say({ id, result: { content: [{ type: 'text', text: ids.join(' ') }] } });
      break;
    default:
      if (id !== undefined) say({ id, error: { code: -32601, message: 'Method not found' } });
  }
});
