import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { modelThatCalls, runTurn } from './run-turn.ts';
import { record } from './shapes.ts';

const PAGE = 'https://app.example';
const PLAIN = { authorization: '' };

/** Values of the metric's series, by its labels as they are written. */
function seriesOf(text: string, name: string): Record<string, number> {
  const found = [...text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))];
  return Object.fromEntries(found.map(([, labels = '', value]) => [labels, Number(value)]));
}

describe('with nothing set', () => {
  let api: ApiServer;
  let tools: ToolServer;
  beforeAll(async () => {
    tools = await openSdkV2Server({
      tools: [
        { name: 'look', inputSchema: {}, handler: () => 'seen' },
        {
          name: 'fail',
          inputSchema: {},
          handler: () => {
            throw new Error('no');
          },
        },
      ],
    });
    api = await openApiServer();
    await api.send('POST', '/v1/connectors', { name: 'shop', description: 'd', server: tools.url });
  });
  afterAll(async () => {
    await Promise.all([api?.close(), tools?.close()]);
  });

  it('answers, errors and streams tell browsers what they must not do', async () => {
    const model = api.models.answers(() => ({ text: 'Hello' }));
    for (const answer of [
      await api.send('GET', '/v1/agents'),
      await api.send('GET', '/v1/nothing'),
      await api.send('GET', '/v1/agents', undefined, PLAIN),
      await api.send('GET', '/%zz'),
      await api.send('GET', '/health'),
      await api.send('POST', '/v1/conversations', { model, inputs: 'Hello', stream: true }),
    ]) {
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(answer.headers.get('x-frame-options')).toBe('DENY');
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('no page may call', async () => {
    const headers = { ...PLAIN, origin: PAGE, 'access-control-request-method': 'POST' };
    const asked = await api.send('OPTIONS', '/v1/conversations', undefined, headers);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    const answer = await api.send('GET', '/v1/agents', undefined, { origin: PAGE });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('every address says which methods it takes: to OPTIONS without a key, and with 405 to the others', async () => {
    const document = record((await api.send('GET', '/openapi.json')).json);
    // Two paths whose parameters only have other names are one address.
    const methods = new Map<string, string[]>();
    for (const [path, operations] of Object.entries(record(document['paths']))) {
      const url = path.replaceAll(/\{\w+\}/g, 'x');
      const taken = Object.keys(record(operations)).map(method => method.toUpperCase());
      methods.set(url, [...(methods.get(url) ?? []), ...taken]);
    }
    for (const [url, taken] of methods) {
      const all = [...taken, ...(taken.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].toSorted();
      const allowOf = (headers: Headers) => headers.get('allow')?.split(', ').toSorted();
      const asked = await api.send('OPTIONS', url, undefined, PLAIN);
      expect([url, asked.status, allowOf(asked.headers)]).toEqual([url, 204, all]);
      const [wrong = ''] = ['DELETE', 'PUT', 'PATCH', 'POST'].filter(method => !taken.includes(method));
      const answer = await api.send(wrong, url, '{', { 'content-type': 'application/json' });
      expectError(answer, 405);
      expect([url, allowOf(answer.headers)]).toEqual([url, all]);
    }
    expect((await api.send('PUT', '/v1/agents', undefined, PLAIN)).status).toBe(401);
    expect((await api.send('OPTIONS', '/v1/nothing', undefined, PLAIN)).status).toBe(401);
    expectError(await api.send('OPTIONS', '/v1/nothing'), 404);
  });

  it('metrics are for the operator', async () => {
    const member = await api.makeKey({ user: 'ann', role: 'member' });
    const stranger = await api.makeKey({ workspace: 'red', role: 'organization_admin' });
    expectError(await api.send('GET', '/metrics', undefined, PLAIN), 401);
    for (const key of [member, stranger])
      expectError(await api.send('GET', '/metrics', undefined, { authorization: `Bearer ${key}` }), 403);
    const answer = await api.send('GET', '/metrics');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  it('metrics count what happened', async () => {
    const read = async () => (await api.send('GET', '/metrics')).text;
    const before = await read();
    const model = modelThatCalls(api, 'look');
    await runTurn(api, { model, inputs: 'Look', tools: [{ type: 'connector', connector_id: 'shop' }] });
    await api.send('POST', '/v1/connectors/shop/tools/fail/call', {});
    await api.send('GET', '/v1/agents', undefined, { authorization: 'Bearer wrong' });
    const after = await read();
    const grown = (name: string, labels: string) =>
      (seriesOf(after, name)[labels] ?? 0) - (seriesOf(before, name)[labels] ?? 0);
    const labels = `provider="openai-compatible",model="${model}"`;
    expect({
      calls: grown('mcp_tool_invocations_total', 'tool_name="look",status="success"'),
      failed: grown('mcp_tool_invocations_total', 'tool_name="fail",status="error"'),
      failures: grown('mcp_tool_failures_total', 'tool_name="fail",error_type="tool_error"'),
      seconds: grown('mcp_tool_duration_seconds_count', 'tool_name="look"'),
      runs: grown('tramontane_runs_total', 'end="answered"'),
      models: grown('tramontane_model_calls_total', `${labels},status="success"`),
      refused: grown('mcp_refused_requests_total', 'by="auth"'),
      starts: grown('tramontane_http_requests_total', 'method="POST",route="/v1/conversations",status="200"'),
    }).toEqual({
      calls: 1,
      failed: 1,
      failures: 1,
      seconds: 1,
      runs: 1,
      models: 2,
      refused: 1,
      starts: 1,
    });
    expect(grown('tramontane_model_tokens_total', `${labels},kind="prompt"`)).toBeGreaterThan(0);
    expect(seriesOf(after, 'tramontane_runs_running')).toEqual({ '': 0 });
    expect(seriesOf(after, 'tramontane_tool_server_connections')).toMatchObject({ 'state="ready"': 1 });
    expect(seriesOf(after, 'process_start_time_seconds')['']).toBeGreaterThan(0);
    expect(after).not.toContain('mcp_rate_store_shared');
  });
});

describe('with the edge set', () => {
  let api: ApiServer;
  beforeAll(async () => {
    api = await openApiServer({
      settings: {
        TRAMONTANE_RATE_LIMIT: '5/day',
        TRAMONTANE_GLOBAL_RATE_LIMIT: '12/day',
        TRAMONTANE_CORS_ORIGINS: PAGE,
        TRAMONTANE_METRICS_TOKEN: 'token-of-the-scraper',
        ALLOWED_IPS: '10.0.0.0/8, 192.0.2.7',
        TRUSTED_PROXIES: '127.0.0.1, ::1',
      },
    });
  });
  afterAll(() => api?.close());

  const ask = (key: string, headers: Record<string, string> = {}) =>
    api.send('GET', '/v1/agents', undefined, {
      authorization: `Bearer ${key}`,
      'x-forwarded-for': '10.1.2.3',
      ...headers,
    });

  it('only allowed addresses call, as the proxy tells them; health is for everyone', async () => {
    const denied = await api.send('GET', '/v1/agents');
    expectError(denied, 403);
    expect(denied.text).toContain('127.0.0.1');
    expectError(await ask(api.key, { 'x-forwarded-for': '10.1.2.3, 203.0.113.9' }), 403);
    expect((await api.send('GET', '/health')).status).toBe(200);
  });

  it('a key has its limit, all keys have theirs, and who is refused hears when to come back', async () => {
    const [one, other, third] = [
      await api.makeKey({ user: 'ann' }),
      await api.makeKey({ user: 'ann' }),
      await api.makeKey({ user: 'bob' }),
    ];
    for (let n = 0; n < 5; n += 1) expect((await ask(one)).status).toBe(200);
    const refused = await ask(one);
    expectError(refused, 429);
    expect(refused.json).toMatchObject({ type: 'rate_limited', code: '1300' });
    expect(record(refused.json)['message']).toMatch(/5\/day for each caller\. Try again in \d+ s\./);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(3600);
    expect(seconds).toBeLessThanOrEqual(86_400);
    // Another key of the same user is another key. Who was refused used nothing up of what is there for all.
    for (let n = 0; n < 5; n += 1) expect((await ask(other)).status).toBe(200);
    for (let n = 0; n < 2; n += 1) expect((await ask(third)).status).toBe(200);
    const late = await ask(third);
    expectError(late, 429);
    expect(record(late.json)['message']).toMatch(/12\/day for all callers together/);
  });

  it('the token reads metrics, which say who was refused, and nothing else', async () => {
    const bearer = { authorization: 'Bearer token-of-the-scraper', 'x-forwarded-for': '192.0.2.7' };
    const metrics = await api.send('GET', '/metrics', undefined, bearer);
    expect(metrics.status).toBe(200);
    expect(seriesOf(metrics.text, 'mcp_refused_requests_total')).toMatchObject({
      'by="network"': 2,
      'by="limits"': 2,
    });
    expectError(await ask('token-of-the-scraper'), 401);
    expect((await api.send('GET', '/metrics?x=1', undefined, bearer)).status).toBe(200);
    expect((await api.send('GET', '/metrics/', undefined, bearer)).status).toBe(200);
    // From where nobody may call, the token lets nobody in either.
    const elsewhere = { ...bearer, 'x-forwarded-for': '203.0.113.9' };
    expectError(await api.send('GET', '/metrics', undefined, elsewhere), 403);
  });

  it('a page that is named may call, whatever it hears', async () => {
    const preflight = {
      ...PLAIN,
      origin: PAGE,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    };
    const asked = await api.send('OPTIONS', '/v1/agents/x', undefined, preflight);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(asked.headers.get('access-control-allow-methods')?.split(', ')).toContain('PATCH');
    expect(asked.headers.get('access-control-allow-headers')).toContain('idempotency-key');
    const other = { ...preflight, origin: 'https://other.example' };
    expectError(await api.send('OPTIONS', '/v1/agents/x', undefined, other), 403);
    for (const answer of [
      await ask('wrong', { origin: PAGE }),
      await api.send('GET', '/v1/agents', undefined, { origin: PAGE }),
    ]) {
      expect(answer.status).toBeGreaterThan(400);
      expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE);
      expect(answer.headers.get('access-control-expose-headers')).toContain('x-tramontane-model');
    }
  });
});
