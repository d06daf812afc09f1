import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { toFetchHandler } from '../fetch/to-fetch-handler.ts';
import { defineTool } from '../definition/define-tool.ts';
import { serveHttp } from '../http/serve-http.ts';
import { createMcpServer, type McpServer } from '../server.ts';
import { openTestClient } from '../testing/index.ts';
import type { Deprecation } from './deprecation.ts';
import type { ServerVersions } from './server-versions.ts';

const make = (version: string, answer: string, deprecated?: Deprecation): McpServer =>
  createMcpServer({
    name: 'weather',
    version,
    design: false,
    tools: [
      defineTool({
        name: 'forecast',
        description: 'Tells the weather.',
        input: z.object({}),
        handler: () => answer,
      }),
    ],
    ...(deprecated && { deprecated }),
  });
const deprecated = { since: '2026-06-01', sunset: '2027-01-31', use: 'version 2, at /v2', link: '/v2' };
const versions = {
  v2: make('2.0.0', 'sun'),
  v1: make('1.4.0', 'rain', deprecated),
  v10: make('10.0.0', 'snow'),
};

describe('versions side by side', () => {
  const at = async (method: string, path: string, body?: object) => {
    const serving = await serveHttp(versions, { port: 0 });
    onTestFinished(() => serving.close());
    const headers = { 'content-type': 'application/json' };
    return fetch(`${serving.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  };
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'forecast' } };

  it.each([
    ['/mcp', 'rain'],
    ['/v1', 'rain'],
    ['/v1/mcp', 'rain'],
    ['/v2', 'sun'],
    ['/v2/mcp', 'sun'],
    ['/v10', 'snow'],
  ])('answer JSON-RPC at %s', async (path, text) => {
    expect(await (await at('POST', path, call)).json()).toMatchObject({ result: { content: [{ text }] } });
  });

  it.each([
    ['v1', 'rain'],
    ['v2', 'sun'],
  ])('answer the REST form at /mcp/%s', async (version, result) => {
    const invoke = { name: 'forecast', arguments: {} };
    expect(await (await at('POST', `/mcp/${version}/tools/invoke`, invoke)).json()).toMatchObject({ result });
  });

  it('tell callers which of them shall no longer be used', async () => {
    const old = await at('POST', '/mcp', call);
    expect(old.headers.get('deprecation')).toBe('@1780272000');
    expect(old.headers.get('sunset')).toBe('Sun, 31 Jan 2027 00:00:00 GMT');
    expect(old.headers.get('link')).toBe('</v2>; rel="deprecation"');
    expect((await at('GET', '/mcp/v1/tools')).headers.has('deprecation')).toBe(true);
    expect((await at('POST', '/v2', call)).headers.has('deprecation')).toBe(false);
    await using client = await openTestClient(versions.v1);
    expect((await client.listTools())[0]?.description).toBe(
      'Tells the weather. (Deprecated since 2026-06-01, and may be gone after 2027-01-31. Use version 2, at /v2.)',
    );
  });

  it('are named by health, and at a path that is none', async () => {
    expect(await (await at('GET', '/health')).json()).toEqual({
      status: 'healthy',
      version: '1.4.0',
      versions: { v1: '1.4.0', v2: '2.0.0', v10: '10.0.0' },
    });
    const lost = await at('GET', '/v3');
    expect(lost.status).toBe(404);
    expect(JSON.stringify(await lost.json())).toMatch(/\/v2.*\/mcp\/v2\/tools/);
  });
});

describe('wrong declarations', () => {
  it.each([
    [{}, /No version is given/],
    [{ v0: versions.v1 }, /"v0" is not the name of a version/],
    [{ latest: versions.v1 }, /"latest" is not/],
    [make('1', '', { since: 'yesterday' }), /deprecated.since is "yesterday"/],
    [make('1', '', { since: '2026-01-01', link: 'a\r\nb' }), /no header can carry/],
  ])('are refused: %#', (served, message) => {
    expect(() => toFetchHandler(served as ServerVersions)).toThrow(message);
  });
});
