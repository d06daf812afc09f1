// A program for the tests and the soak: the target over HTTP and WebSocket, or over stdio; says its heap when asked.
import { serveHttp, serveStdio } from '@tramontane/mcp-server';
import { mountWebSocket } from '@tramontane/mcp-server/websocket';
import { createTarget } from './target.ts';

const server = createTarget(fields => void process.stderr.write(`${JSON.stringify(fields)}\n`));
let port = 0;
if (process.argv[2] === 'stdio') {
  serveStdio(server, { maxMessageBytes: 100_000 });
} else {
  // Few sessions, so that they are not what grows.
  const sessions = { maxSessions: 20 };
  const upgrade = (servers: Parameters<typeof mountWebSocket>[0]) => mountWebSocket(servers, server);
  ({ port } = await serveHttp(server, { port: 0, sessions, upgrade }));
}
process.on('message', question => {
  if (question === 'port') process.send?.(port);
  else void collect().then(() => process.send?.(process.memoryUsage().heapUsed));
});
process.channel?.unref();

async function collect(): Promise<void> {
  // Twice, with a turn between: what the first one finalizes, the second one frees.
  globalThis.gc?.();
  await new Promise(setImmediate);
  globalThis.gc?.();
}
