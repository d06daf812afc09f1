// node server-main.ts <kind> <port> <journal> [<starts>]: a tool server that can be killed. What its tools did is in the journal,
// written before they answer. A program over HTTP says `ready <port> <control>`, and at the control port how many sessions
// it has; one over stdio writes its process id and the time it began to listen into <starts>.
import { appendFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createMcpServer, defineTool, serveHttp, serveStdio } from '@tramontane/mcp-server';
import { z } from 'zod';
import { createOpenCount } from './count-open.ts';

const [kind = '', port = '0', journal = '', starts = ''] = process.argv.slice(2);
const input = z.object({ id: z.string(), holdMs: z.number().default(0) });

async function write({ id, holdMs }: z.output<typeof input>): Promise<string> {
  appendFileSync(journal, `${id}\n`);
  if (holdMs > 0) await wait(holdMs);
  return `wrote ${id}`;
}

function createKit() {
  return createMcpServer({
    name: `links-${kind}`,
    version: '1.0.0',
    design: false,
    tools: [
      defineTool({ name: 'write', description: 'Writes one line.', input, handler: write }),
      defineTool({
        name: 'pid',
        description: 'Says which process this is.',
        input: z.object({}),
        handler: () => String(process.pid),
      }),
    ],
  });
}

/** What is not needed is not loaded: how fast a program starts is part of what is measured. */
async function serve(): Promise<{ readonly port: number; readonly sessions: () => number }> {
  if (kind === 'http-2025') {
    const { serveSessions } = await import('./serve-sessions.ts');
    return serveSessions('links-http-2025', Number(port), { input, handler: write });
  }
  const server = createKit();
  const open = createOpenCount();
  const sockets = kind === 'websocket' ? await import('@tramontane/mcp-server/websocket') : undefined;
  const serving = await serveHttp(server, {
    port: Number(port),
    ...(kind === 'sse' && { paths: { sse: '/sse' } }),
    upgrade(servers) {
      open.watch(servers);
      return sockets?.mountWebSocket(servers, server) ?? { close: async () => undefined };
    },
  });
  return { port: serving.port, sessions: () => open.count };
}

if (kind === 'stdio') {
  serveStdio(createKit());
  if (starts !== '') appendFileSync(starts, `${process.pid} ${Date.now()}\n`);
} else {
  const serving = await serve();
  const control = createServer((_request, response) => void response.end(String(serving.sessions())));
  control.listen(0, '127.0.0.1');
  await once(control, 'listening');
  process.stdout.write(`ready ${serving.port} ${(control.address() as AddressInfo).port}\n`);
}
