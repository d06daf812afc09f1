import { afterEach, describe, expect, it } from 'vitest';
import {
  createAudit,
  createBearerAuth,
  createCallLog,
  createGuards,
  type GuardsOptions,
} from '@tramontane/guards';
import { createLimits } from '@tramontane/guards/limits';
import { createMetrics } from '@tramontane/guards/metrics';
import { createOnce } from '@tramontane/guards/once';
import * as z from 'zod';
import { defineTool } from '../definition/define-tool.ts';
import { createMcpServer } from '../server.ts';
import { serveHttp, type HttpServing } from './serve-http.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

/** A server with one tool that writes, counting how often it did. */
async function open(options: GuardsOptions) {
  const gate = Promise.withResolvers<void>();
  let sent = 0;
  const begun = Promise.withResolvers<void>();
  const send = defineTool({
    name: 'send',
    description: 'Sends.',
    input: z.object({ to: z.string(), wait: z.boolean().default(false) }),
    idempotent: true,
    handler: async ({ to, wait }) => {
      sent += 1;
      begun.resolve();
      if (wait) await gate.promise;
      return { to, number: sent };
    },
  });
  const server = createMcpServer({
    name: 'mail',
    version: '1.0.0',
    tools: [send],
    log: quiet,
    design: false,
  });
  const guards = createGuards(options);
  const serving = await serveHttp(server, { port: 0, guards });
  opened.push(
    () => guards.close(),
    () => serving.close(),
  );
  return { serving, sent: () => sent, begun: begun.promise, release: () => gate.resolve() };
}

interface Call {
  readonly args?: object;
  readonly meta?: object;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

async function call({ url }: HttpServing, { args = { to: 'anna' }, meta, headers, signal }: Call = {}) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
    ...meta,
  };
  const params = { name: 'send', arguments: args, _meta };
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'send',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    ...(signal && { signal }),
  });
  const body = (await response.json()) as {
    detail?: string;
    result?: { content: [{ text: string }]; isError?: boolean; structuredContent?: unknown; _meta: object };
  };
  return { status: response.status, headers: response.headers, body, result: body.result };
}

const KEY = 'io.tramontane/idempotency-key';

describe('limits', () => {
  it('answers 429 and when to come back, and leaves health alone', async () => {
    const { serving } = await open({ limits: createLimits({ perCaller: '2/minute' }) });
    expect((await call(serving)).status).toBe(200);
    expect((await call(serving)).status).toBe(200);
    const { status, headers, body } = await call(serving);
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(50);
    expect(headers.get('ratelimit')).toMatch(/^"caller";r=0;t=/);
    expect(body.detail).toMatch(/2\/minute/);
    expect((await fetch(`${serving.url}/health`)).status).toBe(200);
  });

  it('counts callers by who they are', async () => {
    const auth = createBearerAuth({
      tokens: [{ token: 'a', name: 'anna' }, { token: 'a2', name: 'anna' }, 'b'],
    });
    const { serving } = await open({ auth, limits: createLimits({ perCaller: '1/minute' }) });
    const statusOf = async (token: string) =>
      (await call(serving, { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await statusOf('a'), await statusOf('a2'), await statusOf('b')]).toEqual([200, 429, 200]);
  });

  it('of a tool are told to the model, as a result', async () => {
    const { serving, sent } = await open({ limits: createLimits({ tools: { send: '1/hour' } }) });
    await call(serving);
    const { status, result } = await call(serving);
    expect(status).toBe(200);
    expect(result?.isError).toBe(true);
    expect(result?.content[0].text).toMatch(
      /The rate limit of tool "send" is reached: 1\/hour.* Try again in \d+ s\./,
    );
    expect(result?._meta).toMatchObject({ 'io.tramontane/limit': 'tool_caller' });
    const invoked = await fetch(`${serving.url}/mcp/v1/tools/invoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'send', arguments: { to: 'anna' } }),
    });
    expect(await invoked.json()).toMatchObject({ success: false, error: expect.stringContaining('1/hour') });
    expect(sent()).toBe(1);
  });
});

describe('once', () => {
  it('runs a call with a key once, the key in _meta or in a header', async () => {
    const { serving, sent } = await open({ once: createOnce({ log: quiet }) });
    const first = await call(serving, { meta: { [KEY]: 'k-1' } });
    const again = await call(serving, { headers: { 'idempotency-key': 'k-1' } });
    expect(again.result).toEqual(first.result);
    const other = await call(serving, { args: { to: 'berta' }, meta: { [KEY]: 'k-1' } });
    expect(other.result?.isError).toBe(true);
    expect(other.result?.content[0].text).toMatch(/other arguments/);
    expect(sent()).toBe(1);
    await call(serving, { meta: { [KEY]: 'k-2' } });
    expect(sent()).toBe(2);
  });

  it('a call whose connection broke goes on, and its result is there for who comes back', async () => {
    const { serving, sent, begun, release } = await open({ once: createOnce({ log: quiet }) });
    const request = { args: { to: 'anna', wait: true }, meta: { [KEY]: 'k-1' } };
    const gone = new AbortController();
    const broken = call(serving, { ...request, signal: gone.signal }).catch((error: unknown) => error);
    await begun;
    gone.abort();
    expect(await broken).toBeInstanceOf(DOMException);
    const back = call(serving, request);
    release();
    expect((await back).result?.structuredContent).toEqual({ to: 'anna', number: 1 });
    expect(sent()).toBe(1);
  });
});

it('log, audit and metrics tell the same of what was called, refused and not let in', async () => {
  const lines: object[] = [];
  const records: string[] = [];
  const note = (fields: object, message: string) => void lines.push({ message, ...fields });
  const metrics = createMetrics({ process: false });
  const { serving } = await open({
    auth: createBearerAuth({ tokens: [{ token: 't', name: 'anna' }] }),
    log: createCallLog({ log: { info: note, warn: note } }),
    audit: createAudit({ sink: { write: json => void records.push(json) } }),
    metrics,
    limits: createLimits({ tools: { send: '2/hour' } }),
  });
  const headers = { authorization: 'Bearer t', 'x-request-id': 'r-1' };
  await call(serving, { headers, args: { to: 'anna', password: 'hush' } });
  await call(serving, { headers, args: { to: 5 } });
  await call(serving, { headers });
  await call(serving, { headers: { authorization: 'Bearer wrong' } });

  const common = { request_id: 'r-1', tool_name: 'send', client_ip: '127.0.0.1', caller: 'anna' };
  expect(lines).toMatchObject([
    { message: 'Tool invocation completed', ...common },
    { message: 'Tool invocation failed', ...common, error_type: 'invalid_arguments' },
    { message: 'Tool invocation failed', ...common, error_type: 'refused' },
    { message: 'Request refused', status: 401, refused_by: 'auth' },
  ]);
  expect(records.map(record => JSON.parse(record) as unknown)).toMatchObject([
    { ...common, status: 'success', arguments: { to: 'anna', password: '[redacted]' } },
    { ...common, status: 'error', error_type: 'invalid_arguments', arguments: { to: 5 } },
    { ...common, status: 'error', error_type: 'refused' },
  ]);
  const text = await metrics.text();
  expect(text).toContain('mcp_tool_invocations_total{tool_name="send",status="success"} 1');
  expect(text).toContain('mcp_tool_invocations_total{tool_name="send",status="error"} 2');
  expect(text).toContain('mcp_refused_requests_total{by="auth"} 1');
  expect((await fetch(`${serving.url}/metrics`)).status).toBe(401);
  const scraped = await fetch(`${serving.url}/metrics`, { headers: { authorization: 'Bearer t' } });
  expect(scraped.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(await scraped.text()).toContain('mcp_tool_duration_seconds_bucket');
});
