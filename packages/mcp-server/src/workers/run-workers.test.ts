import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openWorkers, toPid, type RunningWorkers } from './workers.fixture.ts';

const LIMIT = 60_000;
let folder: string;
let workers: RunningWorkers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-workers-'));
  workers = await openWorkers(['--workers', '3', pathToFileURL(join(folder, 'effects')).href]);
}, LIMIT);
afterAll(async () => {
  workers.child.kill('SIGTERM');
  expect(await workers.exited).toEqual([0, null]);
  await rm(folder, { recursive: true });
}, LIMIT);

const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));
const pidOf = async (headers?: Record<string, string>): Promise<number> =>
  toPid(await workers.call('pid', { waitMs: 20 }, headers));

const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {
    elicitation: {},
    extensions: { 'io.modelcontextprotocol/tasks': {} },
  },
};
async function modern(method: string, params: object, name?: string) {
  const { status, body } = await workers.send('/mcp', {
    method: 'POST',
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name && { 'mcp-name': name }),
    },
    body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: MODERN } },
  });
  expect([status, body]).toEqual([200, expect.objectContaining({ result: expect.anything() })]);
  return (body as { result: Record<string, unknown> }).result;
}

/** Reads a stream of events until a text comes by. */
async function openEvents(
  method: 'GET' | 'POST',
  headers: Record<string, string>,
  body?: object,
  path = '/mcp',
) {
  const sent = request(`${workers.url}${path}`, {
    method,
    agent: false,
    headers: {
      accept: 'application/json, text/event-stream',
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  onTestFinished(() => void sent.destroy());
  sent.on('error', () => {});
  sent.end(body && JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(response.headers['content-type']).toBe('text/event-stream');
  response.setEncoding('utf8');
  let text = '';
  response.on('data', (chunk: string) => (text += chunk));
  return {
    /** All that came by then. */
    until: async (wanted: string): Promise<string> => {
      while (!text.includes(wanted)) await once(response, 'data');
      return text;
    },
  };
}

describe('several workers on one port', () => {
  it('answer as one server: every process takes calls, and all count together', async () => {
    const before =
      (await workers.metric('mcp_tool_invocations_total{tool_name="pid",status="success"}')) ?? 0;
    const pids = await Promise.all(times(60, () => pidOf()));
    expect(new Set(pids).size).toBeGreaterThan(1);
    expect(pids).not.toContain(workers.child.pid);
    const after = await workers.metric('mcp_tool_invocations_total{tool_name="pid",status="success"}');
    expect(after).toBe(before + 60);
    expect(await workers.metric('mcp_workers')).toBe(3);
  });

  it('keep to a rate exactly, all of them together', async () => {
    const answers = await Promise.all(times(60, () => workers.call('limited')));
    const allowed = answers.filter(({ body }) => (body as { success: boolean }).success);
    expect(allowed).toHaveLength(40);
    expect(answers.find(one => !allowed.includes(one))?.body).toMatchObject({
      error: expect.stringMatching(/rate limit of tool "limited" is reached: 40\/hour/),
    });
  });

  it('run a call with a key once, whichever of them it reaches', async () => {
    const keys = times(8, index => `key-${index}`);
    const answers = await Promise.all(
      keys.flatMap(key =>
        times(3, () => workers.call('write', { text: key, waitMs: 30 }, { 'idempotency-key': key })),
      ),
    );
    for (const [index, key] of keys.entries()) {
      const [first, ...others] = answers.slice(3 * index, 3 * index + 3).map(({ body }) => body);
      expect(first).toMatchObject({ success: true, result: { text: key } });
      expect(others).toEqual([first, first]);
    }
    const effects = (await readFile(join(folder, 'effects'), 'utf8')).trim().split('\n');
    expect(new Set(effects.map(line => line.split(' ')[0]))).toEqual(new Set(keys));
    expect(effects).toHaveLength(keys.length);
  });

  it('take what another one sealed, and the answer to its question', async () => {
    const answered = times(6, async () => {
      const asked = await modern('tools/call', { name: 'ask_name', arguments: {} }, 'ask_name');
      const [key = ''] = Object.keys(asked['inputRequests'] as object);
      const inputResponses = { [key]: { action: 'accept', content: { name: 'Ada' } } };
      const again = { name: 'ask_name', arguments: {}, inputResponses, requestState: asked['requestState'] };
      return modern('tools/call', again, 'ask_name');
    });
    for (const result of await Promise.all(answered))
      expect(result).toMatchObject({ content: [{ text: 'Hello Ada' }] });
  });

  it('know of the tasks of the others, and show their end', async () => {
    const { taskId } = await modern('tools/call', { name: 'long', arguments: { waitMs: 200 } }, 'long');
    const look = (): Promise<Record<string, unknown>> => modern('tasks/get', { taskId }, String(taskId));
    for (const found of await Promise.all(times(9, look))) expect(found).toMatchObject({ taskId });
    let found = await look();
    while (found['status'] === 'working') found = await look();
    expect(found).toMatchObject({ status: 'completed' });
  });

  it('tell listeners of a change in any of them', async () => {
    const params = { notifications: { resourceSubscriptions: ['news://today'] }, _meta: MODERN };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
    const listening = await Promise.all(
      times(4, () =>
        openEvents('POST', headers, { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }),
      ),
    );
    await Promise.all(listening.map(({ until }) => until('acknowledged')));
    await workers.call('publish');
    await Promise.all(listening.map(({ until }) => until('resources/updated')));
  });
});

describe('a session of 2025 over several workers', () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'test', version: '1.0.0' },
    },
  };
  async function openSession() {
    const opened = await workers.send('/mcp', { method: 'POST', body: initialize });
    const headers = { 'mcp-session-id': String(opened.headers['mcp-session-id']) };
    const post = (body: object) => workers.send('/mcp', { method: 'POST', headers, body });
    await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return { headers, post };
  }

  it('stays in its worker, whichever takes the request', async () => {
    const { post } = await openSession();
    const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'pid', arguments: {} } };
    const answers = await Promise.all(times(20, () => post(call)));
    const results = answers.map(({ body }) => (body as { result: { structuredContent: unknown } }).result);
    expect(new Set(results.map(({ structuredContent }) => JSON.stringify(structuredContent))).size).toBe(1);
  });

  it('has its stream of events and its end, too', async () => {
    const { headers, post } = await openSession();
    const listening = await openEvents('GET', headers);
    const uri = 'news://today';
    await post({ jsonrpc: '2.0', id: 3, method: 'resources/subscribe', params: { uri } });
    await Promise.all(times(3, () => workers.call('publish')));
    await listening.until('resources/updated');
    expect((await workers.send('/mcp', { method: 'DELETE', headers })).status).toBe(204);
    const gone = await Promise.all(times(6, () => post({ jsonrpc: '2.0', id: 4, method: 'ping' })));
    expect(new Set(gone.map(({ status }) => status))).toEqual(new Set([404]));
  });

  it('of 2024, with its id in the address, too', async () => {
    const listening = await openEvents('GET', {}, undefined, '/sse');
    const [, address = ''] = /data: (\S+)\n/.exec(await listening.until('sessionId=')) ?? [];
    const sent = times(8, id =>
      workers.send(address, { method: 'POST', body: { jsonrpc: '2.0', id, method: 'ping' } }),
    );
    for (const { status } of await Promise.all(sent)) expect(status).toBe(202);
    for (const id of times(8, index => index)) await listening.until(`"id":${id},"result"`);
  });

  it('has the limits it has at home, and what is refused there harms no worker', async () => {
    const { post } = await openSession();
    const large = { jsonrpc: '2.0', id: 5, method: 'ping', params: { text: 'x'.repeat(5 * 2 ** 20) } };
    // A client that is still sending may see its connection close before it sees the answer.
    const sent = times(6, async () => post(large).catch((error: NodeJS.ErrnoException) => error.code));
    for (const answer of await Promise.all(sent)) {
      expect(['EPIPE', 'ECONNRESET', 413]).toContain(typeof answer === 'object' ? answer.status : answer);
    }
    const after = await Promise.all(times(6, () => post({ jsonrpc: '2.0', id: 6, method: 'ping' })));
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await workers.metric('mcp_worker_restarts_total')).toBe(0);
  });

  it('takes requests whose body comes in chunks, also of methods that mostly have none', async () => {
    for (let n = 0; n < 8; n += 1) {
      const { headers } = await openSession();
      // What follows the head would be a request of its own, were it not for its chunks.
      const inner = { method: 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n' };
      const chunked = { ...headers, 'transfer-encoding': 'chunked' };
      const ended = await workers.send('/mcp', { method: 'DELETE', headers: chunked, body: inner });
      expect(ended.status).toBe(204);
    }
  });

  it('is not found where its worker never was, and nobody can say whose peer they are', async () => {
    const headers = { 'mcp-session-id': '99.0f0e', 'x-tramontane-peer': '10.0.0.1' };
    const answers = await Promise.all(
      times(4, () =>
        workers.send('/mcp', { method: 'POST', headers, body: { jsonrpc: '2.0', id: 1, method: 'ping' } }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    // Metrics without a token answer to this machine only; the header on the port is nobody's word.
    expect((await workers.send('/metrics', { headers: { 'x-tramontane-peer': '10.0.0.1' } })).status).toBe(
      200,
    );
  });
});
