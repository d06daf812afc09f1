import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Client as Client2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as Transport2 } from '@modelcontextprotocol/client/stdio';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGate, createShop } from '../http/shop.fixture.ts';
import { serveStdio, type ServeStdioOptions } from './serve-stdio.ts';

const program = fileURLToPath(new URL('calculator.test-program.ts', import.meta.url));
const args = ['--conditions=@tramontane/source', program];
const command = { command: process.execPath, args, stderr: 'pipe' } as const;
const identity = { name: 'test', version: '1' };

describe('the official clients, with a child process', () => {
  it.each([
    ['auto', '2026-07-28'],
    ['legacy', '2025-11-25'],
  ] as const)('2.x in mode %s', async (mode, version) => {
    const client = new Client2(identity, { versionNegotiation: { mode } });
    await client.connect(new Transport2(command));
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    expect((await client.listTools()).tools.map(tool => tool.name)).toEqual(['add', 'hang', 'late']);
    const sums = await Promise.all(
      Array.from({ length: 64 }, (_, a) => client.callTool({ name: 'add', arguments: { a, b: 1 } })),
    );
    expect(sums.map(result => result.structuredContent)).toEqual(sums.map((_, a) => ({ sum: a + 1 })));
    expect((await client.readResource({ uri: 'docs://guide' })).contents[0]).toMatchObject({ text: 'Add.' });
    await client.close();
  });

  it('1.x', async () => {
    const client = new Client1(identity);
    const errors: Error[] = [];
    Object.assign(client, { onerror: (error: Error) => errors.push(error) });
    await client.connect(new Transport1(command));
    expect(await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } })).toMatchObject({
      structuredContent: { sum: 5 },
    });
    expect(await client.callTool({ name: 'add', arguments: { a: 'x' } })).toMatchObject({ isError: true });
    await client.ping();
    await client.close();
    // A line that is not a message, such as what the handler prints, would have been reported.
    expect(errors).toEqual([]);
  });
});

describe('the process', () => {
  const start = (): { child: ChildProcessWithoutNullStreams; next: () => Promise<unknown> } => {
    const child = spawn(process.execPath, args);
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    return { child, next: async () => JSON.parse((await lines.next()).value as string) as unknown };
  };
  const request = (id: number, method: string, params: object = {}): string =>
    `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;

  it('answers what is in flight when stdin ends, and ends', async () => {
    const { child, next } = start();
    child.stdin.end(request(1, 'tools/call', { name: 'late' }));
    expect(await next()).toMatchObject({ id: 1, result: { content: [{ text: 'late' }] } });
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('stops what does not end by itself', async () => {
    const { child, next } = start();
    child.stdin.end(request(1, 'tools/call', { name: 'hang' }));
    expect(await next()).toMatchObject({ id: 1, result: { isError: true } });
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('stops a cancelled call and does not answer it', async () => {
    const { child, next } = start();
    const aborted = once(child.stderr, 'data');
    child.stdin.write(request(1, 'tools/call', { name: 'hang' }));
    child.stdin.write(request(2, 'ping'));
    expect(await next()).toMatchObject({ id: 2 });
    child.stdin.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n');
    expect(String(await aborted)).toContain('hang was aborted');
    child.stdin.end(request(3, 'ping'));
    expect(await next()).toMatchObject({ id: 3 });
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('answers what is no message, and goes on', async () => {
    const { child, next } = start();
    child.stdin.write(`{broken\n[1]\n${'x'.repeat(100_001)}\n\n${request(1, 'ping')}`);
    // In no fixed order: what can be refused without the engine is refused at once.
    const answers = [await next(), await next(), await next(), await next()];
    expect(answers).toContainEqual({ jsonrpc: '2.0', id: 1, result: {} });
    const errors = answers.flatMap(
      answer => (answer as { error?: { code: number; message: string } }).error ?? [],
    );
    expect(errors.map(error => error.code).sort((a, b) => b - a)).toEqual([-32600, -32600, -32700]);
    expect(errors.map(error => error.message).join()).toMatch(/100000 bytes/);
  });

  it('ends when nobody reads its answers any more', async () => {
    const { child, next } = start();
    child.stdin.write(request(1, 'ping'));
    await next();
    child.stdout.destroy();
    child.stdin.on('error', () => {});
    child.stdin.write(request(2, 'ping'));
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('serveStdio on other streams', () => {
  const open = (options: ServeStdioOptions = {}) => {
    const gate = createGate();
    const input = new PassThrough();
    const output = new PassThrough();
    const serving = serveStdio(createShop(gate), { input, output, ...options });
    const lines = createInterface(output)[Symbol.asyncIterator]();
    return {
      gate,
      input,
      serving,
      send: (message: object) => input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
      next: async () => JSON.parse((await lines.next()).value as string) as unknown,
    };
  };
  const gated = { method: 'tools/call', params: { name: 'gated' } };

  it('refuses one call more than the limit, and an id that is in use', async () => {
    const { gate, send, next, serving } = open({ maxPending: 1 });
    send({ id: 1, ...gated });
    send({ id: 1, ...gated });
    expect(await next()).toMatchObject({ id: 1, error: { code: -32600 } });
    send({ id: 2, method: 'ping' });
    expect(await next()).toMatchObject({ id: 2, error: { code: -32000 } });
    gate.open.resolve();
    expect(await next()).toMatchObject({ id: 1, result: { content: [{ text: 'through' }] } });
    send({ id: 2, method: 'ping' });
    expect(await next()).toMatchObject({ id: 2, result: {} });
    await serving.close();
  });

  it('stops by its signal, after calls in flight', async () => {
    const stop = new AbortController();
    const { gate, send, next, serving } = open({ signal: stop.signal });
    send({ id: 1, ...gated });
    await gate.begun.promise;
    stop.abort();
    gate.open.resolve();
    expect(await next()).toMatchObject({ id: 1, result: {} });
    await serving.closed;
  });

  it('ends when it was idle for as long as it may', async () => {
    const { send, next, serving } = open({ idleMs: 1 });
    send({ id: 1, method: 'ping' });
    await next();
    await serving.closed;
  });
});
