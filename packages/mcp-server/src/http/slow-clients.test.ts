import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { defineTool } from '../definition/define-tool.ts';
import { createMcpServer } from '../server.ts';
import { toHttpRequest } from './node-exchange.ts';
import { serveHttp, type HttpServing } from './serve-http.ts';

const drop = (): void => {};
const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  progressToken: 't',
};
/** More than a connection of this machine takes when nobody reads it. */
const LARGE = 'x'.repeat(12 * 1024 * 1024);
let aborted = Promise.withResolvers<void>();
let serving: HttpServing | undefined;

const server = createMcpServer({
  name: 'patient',
  version: '1',
  design: false,
  log: { debug: drop, info: drop, warn: drop, error: drop },
  tools: [
    defineTool({ name: 'large', description: 'Says much.', input: { type: 'object' }, handler: () => LARGE }),
    defineTool({
      name: 'talks',
      description: 'Tells of its progress for as long as somebody listens.',
      input: { type: 'object' },
      handler: async (_args, { progress, signal }) => {
        // Above the limit of what is kept for a client, and nothing of it is read.
        for (let at = 1; !signal.aborted && at < 1000; at += 1) {
          progress(at, 1000, LARGE.slice(0, 1024 * 1024));
          await new Promise(setImmediate);
        }
        if (signal.aborted) aborted.resolve();
        return 'done';
      },
    }),
    defineTool({
      name: 'waits',
      description: 'Says much once, then waits.',
      input: { type: 'object' },
      handler: async (_args, { progress, signal }) => {
        progress(1, 2, LARGE);
        await once(signal, 'abort');
        aborted.resolve();
        return 'done';
      },
    }),
  ],
});

async function open(limits: { requestMs?: number; readMs?: number }): Promise<Socket> {
  aborted = Promise.withResolvers<void>();
  serving = await serveHttp(server, { port: 0, drainMs: 0, ...limits });
  const socket = connect(serving.port, '127.0.0.1');
  socket.on('error', drop);
  await once(socket, 'connect');
  return socket;
}
afterEach(async () => {
  await serving?.close();
  serving = undefined;
});

function call(name: string): string {
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, _meta: envelope } };
  const body = JSON.stringify(message);
  const headers = [
    'POST /mcp HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    'MCP-Protocol-Version: 2026-07-28',
    'Mcp-Method: tools/call',
    `Mcp-Name: ${name}`,
    `Content-Length: ${body.length}`,
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
}

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

async function expectServing(): Promise<void> {
  expect((await fetch(`${serving?.url}/health`)).status).toBe(200);
}

describe('a client that does not finish its request is dropped', () => {
  it.each([
    ['nothing at all', ''],
    ['headers without end', 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-More: '],
    ['a body without end', call('large').slice(0, -5)],
    [
      'a chunked body without end',
      'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n',
    ],
  ])('%s', async (_, sent) => {
    const socket = await open({ requestMs: 100 });
    socket.write(sent);
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 408 /);
    await expectServing();
  });

  it('also when it has closed its side', async () => {
    const socket = await open({ requestMs: 60_000 });
    socket.end(call('large').slice(0, -5));
    await readAll(socket);
    await expectServing();
  });
});

describe('a client that does not read is dropped', () => {
  it('with an answer on its way', async () => {
    const socket = await open({ readMs: 100 });
    socket.pause();
    socket.write(call('large'));
    await once(socket, 'readable');
    // What the system held back arrives, then the end: the connection was cut before all of the answer was out.
    await new Promise(resolve => setTimeout(resolve, 1000));
    expect((await readAll(socket)).length).toBeLessThan(LARGE.length);
    await expectServing();
  });

  it('with events on their way, and its call is aborted', async () => {
    const socket = await open({ readMs: 100 });
    socket.pause();
    socket.write(call('waits'));
    await aborted.promise;
    await expectServing();
  });

  it('at once when more waits for it than is kept', async () => {
    const socket = await open({});
    socket.pause();
    socket.write(call('talks'));
    await aborted.promise;
    await expectServing();
  });
});

it('a client that reads is not dropped, however quiet its call is', async () => {
  // Read, though not always at once: the machine may be busy.
  const socket = await open({ readMs: 300 });
  socket.write(call('waits'));
  let received = 0;
  socket.on('data', chunk => (received += chunk.length));
  await expect.poll(() => received, { timeout: 20_000 }).toBeGreaterThan(LARGE.length);
  await new Promise(resolve => setTimeout(resolve, 700));
  expect(socket.closed).toBe(false);
  socket.destroy();
  await aborted.promise;
});

it('a client that is gone before its request was looked at leaves nothing behind', async () => {
  const stop = new AbortController().signal;
  const looked = Promise.withResolvers<boolean>();
  const http = createServer((request, response) => {
    const taken = toHttpRequest(request, response, { path: '/', id: '1', stop });
    response.once('close', () => setImmediate(() => looked.resolve(taken.signal.aborted)));
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((http.address() as AddressInfo).port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n', () => socket.end());
  expect(await looked.promise).toBe(true);
  expect(getEventListeners(stop, 'abort')).toEqual([]);
  http.close();
});
