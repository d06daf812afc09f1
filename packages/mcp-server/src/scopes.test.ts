import { expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { createBearerAuth, createGuards } from '@tramontane/guards';
import { defineTool } from './definition/define-tool.ts';
import { serveHttp } from './http/serve-http.ts';
import { createMcpServer } from './server.ts';
import { openTestClient } from './testing/open-test-client.ts';
import { toFetchHandler } from './fetch/to-fetch-handler.ts';

const tool = (name: string, scopes?: readonly string[]) =>
  defineTool({
    name,
    description: 'Does it.',
    input: z.object({}),
    ...(scopes && { scopes }),
    handler: () => name,
  });
const ask = defineTool({
  name: 'ask',
  description: 'Asks a database.',
  input: z.object({ database: z.enum(['users', 'payroll']) }),
  allow: ({ database }, caller) =>
    database !== 'payroll' ||
    caller?.scopes?.has('payroll') === true ||
    'Only payroll staff may read this one.',
  handler: ({ database }) => database,
});
const createServer = () =>
  createMcpServer({
    name: 's',
    version: '1',
    design: false,
    listCache: { ttlMs: 1000, scope: 'public' },
    tools: [tool('open'), tool('read', ['read']), tool('write', ['read', 'write']), ask],
  });
const guards = createGuards({
  auth: createBearerAuth({
    tokens: [
      { token: 'reader', name: 'ada', scopes: ['read'] },
      { token: 'root', name: 'root' },
      { token: 'staff', name: 'eve', scopes: ['payroll'] },
    ],
  }),
});

async function open() {
  const serving = await serveHttp(createServer(), { port: 0, guards });
  onTestFinished(() => serving.close());
  const send = async (token: string, path: string, body?: object) => {
    const response = await fetch(`${serving.url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const json = (await response.json()) as {
      tools?: { name: string }[];
      result?: { tools: { name: string }[] };
    };
    return { status: response.status, challenge: response.headers.get('www-authenticate'), json };
  };
  const call = (token: string, name: string, args: object = {}) =>
    send(token, '/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } });
  return { send, call };
}

it('who lacks a scope does not find the tool in lists', async () => {
  const { send } = await open();
  const names = (tools: readonly { name: string }[] = []) => tools.map(({ name }) => name);
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  for (const [token, seen] of [
    ['reader', ['open', 'read', 'ask']],
    ['root', ['open', 'read', 'write', 'ask']],
    ['staff', ['open', 'ask']],
    ['reader', ['open', 'read', 'ask']],
  ] as const) {
    expect(names((await send(token, '/mcp', list)).json.result?.tools)).toEqual(seen);
    expect(names((await send(token, '/mcp/v1/tools')).json.tools)).toEqual(seen);
  }
});

it('lists that differ are kept by no shared cache', async () => {
  const server = createServer();
  await using client = await openTestClient(server, { auth: { subject: 'a', fingerprint: 'f' } });
  expect(await client.request('tools/list')).toMatchObject({ ttlMs: 1000, cacheScope: 'private' });
});

it('a call without its scope is refused with all scopes to ask for', async () => {
  const { call, send } = await open();
  expect((await call('reader', 'read')).status).toBe(200);
  const refused = await call('reader', 'write');
  expect(refused).toMatchObject({
    status: 403,
    challenge: 'Bearer error="insufficient_scope", scope="read write"',
    json: { id: 1, error: { code: -32003, data: { requiredScopes: ['read', 'write'] } } },
  });
  expect((await call('root', 'write')).status).toBe(200);
  expect(await send('reader', '/mcp/v1/tools/invoke', { name: 'write', arguments: {} })).toMatchObject({
    status: 403,
    challenge: 'Bearer error="insufficient_scope", scope="read write"',
    json: { detail: expect.stringContaining('"read" and "write"') as string },
  });
});

it('a call whose arguments are not for this caller fails in words for the model', async () => {
  const { call } = await open();
  expect((await call('reader', 'ask', { database: 'payroll' })).json).toMatchObject({
    result: {
      isError: true,
      content: [{ text: 'Permission denied for tool "ask": Only payroll staff may read this one.' }],
    },
  });
  expect((await call('reader', 'ask', { database: 'users' })).json).toMatchObject({
    result: { content: [{ text: 'users' }] },
  });
  expect((await call('staff', 'ask', { database: 'payroll' })).json).toMatchObject({
    result: { content: [{ text: 'payroll' }] },
  });
});

it('whoever started the process may call everything', async () => {
  await using client = await openTestClient(createServer(), { guards });
  expect((await client.callTool('write')).text).toBe('write');
});

it('a server with scopes does not open where nobody authenticates, and lets nobody use one that came later', async () => {
  await expect(serveHttp(createServer(), { port: 0 })).rejects.toThrow('Tool "read" needs scopes');
  const server = createMcpServer({ name: 's', version: '1', design: false, tools: [tool('open')] });
  const handler = toFetchHandler(server);
  server.update({ tools: [tool('write', ['write'])] });
  const body = JSON.stringify({ name: 'write', arguments: {} });
  const headers = { 'content-type': 'application/json' };
  const url = 'http://localhost/mcp/v1/tools/invoke';
  expect((await handler(new Request(url, { method: 'POST', headers, body }))).status).toBe(403);
});

it('a scope that no token can carry is refused at the start', () => {
  const tools = [tool('bad', ['two words'])];
  expect(() => createMcpServer({ name: 's', version: '1', design: false, tools })).toThrow(
    'has a scope that no token can carry',
  );
});
