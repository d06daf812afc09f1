import { describe, expect, it, onTestFinished } from 'vitest';
import { createBearerAuth, createGuards, type GuardsOptions } from '@tramontane/guards';
import { serveHttp, type ServeHttpOptions } from './serve-http.ts';
import { createShop } from './shop.fixture.ts';

const page = 'https://api.mistral.ai';
const headers = { 'content-type': 'application/json', authorization: 'Bearer t' };

async function open(sections: GuardsOptions, options: Partial<ServeHttpOptions> = {}) {
  const auth = createBearerAuth({ tokens: ['t'] });
  const serving = await serveHttp(createShop(), {
    port: 0,
    guards: createGuards({ auth, ...sections }),
    ...options,
  });
  onTestFinished(() => serving.close());
  return (path: string, init: RequestInit = {}) => fetch(`${serving.url}${path}`, init);
}

describe('CORS', () => {
  const preflight = {
    method: 'OPTIONS',
    headers: {
      origin: page,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  };

  it('lets pages of the list call, and read refusals too', async () => {
    const get = await open({ cors: { origins: [page] } });
    const asked = await get('/mcp/v1/tools/invoke', preflight);
    expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization']);
    const listed = await get('/mcp/v1/tools', { headers: { ...headers, origin: page } });
    expect([listed.status, listed.headers.get('access-control-allow-origin')]).toEqual([200, page]);
    const refused = await get('/mcp/v1/tools', { headers: { origin: page } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, page]);
  });

  it('lets no other page call, and none where it is off', async () => {
    const get = await open({ cors: { origins: ['https://other.example'] } });
    expect((await get('/mcp', preflight)).status).toBe(403);
    expect((await get('/mcp/v1/tools', { headers: { ...headers, origin: page } })).status).toBe(403);
    const off = await open({});
    expect((await off('/mcp', preflight)).status).toBe(403);
    expect((await off('/mcp/v1/tools', { headers })).headers.get('vary')).toBeNull();
  });
});

describe('compression', () => {
  it('packs long answers, and leaves short ones and streams alone', async () => {
    const get = await open({ compression: {} });
    const listed = await get('/mcp/v1/tools', { headers: { ...headers, 'accept-encoding': 'gzip' } });
    expect(listed.headers.get('content-encoding')).toBe('gzip');
    expect(listed.headers.get('vary')).toBe('Accept-Encoding');
    expect(((await listed.json()) as { tools: unknown[] }).tools.length).toBeGreaterThan(3);
    expect((await get('/health')).headers.get('content-encoding')).toBeNull();
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'add', arguments: { a: 1, b: 2 } },
    };
    const short = await get('/mcp', { method: 'POST', headers, body: JSON.stringify(call) });
    expect([short.headers.get('content-encoding'), short.status]).toEqual([null, 200]);
  });
});

it('security headers are on every answer when they are switched on', async () => {
  const get = await open({ headers: { hstsSeconds: 60 } });
  for (const path of ['/health', '/mcp', '/openapi.json']) {
    const answered = await get(path);
    expect(answered.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answered.headers.get('strict-transport-security')).toBe('max-age=60; includeSubDomains');
  }
});

describe('/openapi.json', () => {
  it('describes the server to everyone, and names no tool', async () => {
    const get = await open({});
    const answered = await get('/openapi.json');
    const text = await answered.text();
    expect(Object.keys((JSON.parse(text) as { paths: object }).paths)).toEqual([
      '/mcp',
      '/mcp/v1/tools',
      '/mcp/v1/tools/invoke',
      '/health',
      '/health/ready',
    ]);
    expect(text).not.toContain('greet');
    const off = await open({}, { paths: { openapi: false } });
    expect((await off('/openapi.json')).status).toBe(404);
  });

  it('is a page for people in development only', async () => {
    expect((await (await open({}))('/docs')).status).toBe(404);
    const get = await open({}, { docs: true });
    const shown = await get('/docs');
    expect(shown.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await shown.text()).toContain('POST /mcp/v1/tools/invoke');
  });
});

describe('/health/ready', () => {
  it('says no while something is missing', async () => {
    let there = false;
    const checks = { database: async () => there };
    const get = await open({ health: { checks } });
    const refused = await get('/health/ready');
    expect([refused.status, await refused.json()]).toEqual([503, { detail: 'Not ready' }]);
    expect((await get('/health')).status).toBe(200);
    there = true;
    const other = await open({ health: { checks } });
    const ready = await other('/health/ready');
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
  });
});
