import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createMcpServer,
  defineTool,
  serveHttp,
  toFetchHandler,
  toNodeHandler,
} from '@tramontane/mcp-server';
import { mountWebSocket } from '@tramontane/mcp-server/websocket';
import * as z from 'zod';
import { ROOT } from '../../architecture/source-file.ts';
import { createHostile } from './hostile.ts';
import { createRandom } from './random.ts';

// FUZZ_SEED repeats a run, FUZZ_COUNT makes it longer.
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const count = Number(process.env['FUZZ_COUNT'] ?? 240);

const drop = (): void => {};
/** Everything the server found wrong with itself. */
const complaints: unknown[] = [];
const log = { debug: drop, info: drop, warn: drop, error: (fields: object) => complaints.push(fields) };
const server = createMcpServer({
  name: 'target',
  version: '1.0.0',
  log,
  tools: [
    defineTool({
      name: 'add',
      description: 'Adds two numbers.',
      input: z.object({ a: z.number(), b: z.number() }),
      handler: ({ a, b }) => ({ sum: a + b }),
    }),
  ],
});
const ping = JSON.stringify({ jsonrpc: '2.0', id: 'alive', method: 'ping' });
const alive = { jsonrpc: '2.0', id: 'alive', result: {} };

/** One JSON-RPC response, with a result or an error as the specification has it. */
function expectResponse(answer: unknown, about: string): void {
  const { jsonrpc, result, error } = answer as { jsonrpc: unknown; result?: unknown; error?: object };
  if (error === undefined) {
    expect({ about, jsonrpc, result }).toEqual({ about, jsonrpc: '2.0', result: expect.any(Object) });
    return;
  }
  const wanted = { code: expect.any(Number), message: expect.any(String) };
  expect({ about, jsonrpc, error }).toMatchObject({ about, jsonrpc: '2.0', error: wanted });
}

/** A WebSocket connection, as far as the opening handshake. */
async function upgrade(port: number): Promise<Socket> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'mcp',
  };
  const [, socket] = (await once(get({ port, path: '/mcp', headers }), 'upgrade')) as [unknown, Socket];
  socket.on('error', drop);
  return socket;
}

describe(`hostile input, FUZZ_SEED=${seed}`, () => {
  const ways: [string, () => Promise<(init: RequestInit) => Promise<Response>>][] = [
    [
      'serveHttp',
      async () => {
        const serving = await serveHttp(server, { port: 0 });
        onTestFinished(() => serving.close());
        return init => fetch(`${serving.url}/mcp`, init);
      },
    ],
    [
      'toNodeHandler',
      async () => {
        const http = createServer(toNodeHandler(server)).listen(0, '127.0.0.1');
        await once(http, 'listening');
        onTestFinished(() => void http.close());
        return init => fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`, init);
      },
    ],
    [
      'toFetchHandler',
      async () => {
        const handle = toFetchHandler(server);
        return init => handle(new Request('http://localhost/mcp', init));
      },
    ],
  ];

  it.each(ways)('is answered by %s as specified', async (_way, open) => {
    const post = await open();
    const headers = { 'content-type': 'application/json' };
    for (const { kind, bytes } of createHostile(createRandom(seed), count)) {
      const response = await post({ method: 'POST', headers, body: new Uint8Array(bytes) });
      const about = `${kind}: ${bytes.toString('utf8').slice(0, 300)}`;
      const { status } = response;
      expect({ about, status }).toEqual({ about, status: expect.toBeOneOf([200, 202, 400, 404]) });
      const text = await response.text();
      if (text !== '') expectResponse(JSON.parse(text), about);
    }
    expect(await (await post({ method: 'POST', headers, body: ping })).json()).toEqual(alive);
    expect(complaints).toEqual([]);
    expect(({} as { polluted?: true }).polluted).toBeUndefined();
  });

  it('in broken HTTP does not stop serveHttp', async () => {
    const serving = await serveHttp(server, { port: 0 });
    onTestFinished(() => serving.close());
    const random = createRandom(seed);
    const head = 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    const abuses: readonly [() => Buffer, ...(() => Buffer)[]] = [
      () => random.bytes(random.int(200)),
      () => Buffer.from(head.slice(0, random.int(head.length))),
      () => Buffer.from(`${head}Content-Length: 1000\r\n\r\n${ping}`),
      () =>
        Buffer.from(
          `${head}Transfer-Encoding: chunked\r\n\r\n${random.pick(['zz', '5\r\nab', 'ffffffff\r\n'])}`,
        ),
      () => Buffer.from(`${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n${ping}`),
      () => Buffer.from(`${head}Content-Length: ${ping.length}\r\n\r\n${ping}`),
    ];
    for (let index = 0; index < count / 6; index += 1) {
      const socket = connect(serving.port, '127.0.0.1');
      socket.on('error', drop);
      socket.write(random.pick(abuses)());
      // Half closed, cut at once, or cut after an answer.
      const how = random.int(3);
      if (how === 0) socket.end();
      else if (how === 1) socket.resetAndDestroy();
      else socket.setTimeout(20, () => socket.destroy());
      if (!socket.destroyed) {
        socket.resume();
        await Promise.race([once(socket, 'close'), once(socket, 'end').catch(drop)]);
      }
      socket.destroy();
    }
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${serving.url}/mcp`, { method: 'POST', headers, body: ping });
    expect(await response.json()).toEqual(alive);
    expect(complaints).toEqual([]);
  });

  it('in lines cut anywhere is answered over stdio, by a process that goes on', async () => {
    const program = `${ROOT}packages/mcp-server/src/stdio/calculator.test-program.ts`;
    const child = spawn(process.execPath, ['--conditions=@tramontane/source', program], { stdio: 'pipe' });
    onTestFinished(() => void child.kill('SIGKILL'));
    let complaint = '';
    child.stderr.on('data', chunk => (complaint += String(chunk)));
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const random = createRandom(seed);
    for (const { bytes } of createHostile(random, count)) {
      const at = random.int(bytes.length + 1);
      child.stdin.write(bytes.subarray(0, at));
      child.stdin.write(Buffer.concat([bytes.subarray(at), Buffer.from('\n')]));
    }
    child.stdin.end(ping);
    let answered = false;
    for (let next = await lines.next(); !next.done; next = await lines.next()) {
      const answer = JSON.parse(next.value) as { id?: unknown };
      expectResponse(answer, next.value);
      answered ||= answer.id === 'alive';
    }
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(answered).toBe(true);
    expect(complaint.split('\n').filter(line => line !== '' && line !== 'adding')).toEqual([]);
  });

  it('in frames is answered over WebSocket, or ends only its own connection', async () => {
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    const mount = mountWebSocket(http, server, { drainMs: 100 });
    onTestFinished(async () => {
      await mount.close();
      http.close();
    });
    const { port } = http.address() as AddressInfo;
    const random = createRandom(seed);
    const dial = async (): Promise<WebSocket> => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/mcp`, ['mcp']);
      socket.addEventListener('message', ({ data }) => expectResponse(JSON.parse(String(data)), 'an answer'));
      await once(socket, 'open');
      return socket;
    };
    let socket = await dial();
    for (const { kind, bytes } of createHostile(random, count)) {
      if (kind === 'bytes') {
        // No frame, or one that no client may send.
        const raw = await upgrade(port);
        raw.write(bytes);
        if (random.int(2) === 0) raw.end();
        else raw.resetAndDestroy();
      } else {
        if (socket.readyState !== WebSocket.OPEN) socket = await dial();
        socket.send(bytes.toString('utf8'));
      }
    }
    socket.close();
    const last = await dial();
    last.send(ping);
    const [{ data }] = (await once(last, 'message')) as [MessageEvent];
    expect(JSON.parse(String(data))).toEqual(alive);
    last.close();
    expect(complaints).toEqual([]);
  });
});
