import { execPath } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiServer, type ApiServer } from './open-api-server.ts';

const PROGRAM = new URL('../links/server-main.ts', import.meta.url).pathname;
let api: ApiServer;
let id: string;

beforeAll(async () => {
  api = await openApiServer({
    mcpServers: {
      lines: {
        command: execPath,
        args: ['--conditions=@tramontane/source', PROGRAM, 'stdio', '0', '/dev/null'],
        env: { LINES_TOKEN: 'token-of-the-child' },
      },
      gone: { command: '/no/such/program' },
      astray: { command: execPath, cwd: '/no/such/folder' },
      off: { command: '/no/such/program', disabled: true },
      far: {
        url: 'http://127.0.0.1:1/mcp?key=token-of-far',
        headers: { Authorization: 'Bearer token-of-far' },
      },
    },
  });
});
afterAll(() => api.close());

const names = (answer: { json: unknown }): string[] =>
  (answer.json as { items: { name: string }[] }).items.map(({ name }) => name);

describe('the operator’s servers', () => {
  it('are connectors of every workspace, before those that somebody made', async () => {
    await api.send('POST', '/v1/connectors', {
      name: 'mine',
      description: 'd',
      server: 'http://127.0.0.1:9/mcp',
    });
    const all = await api.send('GET', '/v1/connectors');
    expect(names(all).toSorted()).toEqual(['astray', 'far', 'gone', 'lines', 'mine']);
    expect(names(all).at(-1)).toBe('mine');
    id =
      (all.json as { items: { name: string; id: string }[] }).items.find(({ name }) => name === 'lines')
        ?.id ?? '';
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await api.send(
        'GET',
        `/v1/connectors?page_size=1${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      paged.push(...names(page));
      cursor = (page.json as { pagination: { next_cursor: string | null } }).pagination.next_cursor;
    }
    expect(paged).toEqual(names(all));
    expect(api.answered()).not.toMatch(/token-of-(the-child|far)/);
  });

  it('run as programs, with their state to be seen', async () => {
    expect((await api.send('GET', `/v1/connectors/${id}/health`)).json).toEqual({
      connector_id: id,
      server: 'stdio:lines',
      state: 'idle',
      circuit: 'closed',
      failures: 0,
      connects: 0,
    });
    const called = await api.send('POST', '/v1/connectors/lines/tools/pid/call', { arguments: {} });
    expect(called.status).toBe(200);
    expect((await api.send('GET', '/v1/connectors/lines/health')).json).toMatchObject({
      state: 'ready',
      connects: 1,
      dialect: 'mcp-2026',
      transport: 'stdio',
      tools: { count: 2, stale: false },
    });
  });

  it('say why when they cannot be used', async () => {
    const called = await api.send('POST', '/v1/connectors/gone/tools/pid/call', { arguments: {} });
    expect(called.text).toContain(
      'stdio:gone could not be started: /no/such/program: there is no such program',
    );
    const astray = await api.send('GET', '/v1/connectors/astray/tools');
    expect(astray.text).toContain('there is no folder /no/such/folder');
    expect((await api.send('GET', '/v1/connectors/gone/health')).json).toMatchObject({
      state: 'waiting',
      last_error: { code: 'unreachable' },
    });
    expect(api.log()).toContain('a tool server cannot be used');
  });

  it.each([
    [{ command: execPath, url: 'http://127.0.0.1:1/' }, 'either a command or a url'],
    [{ url: 'http://me:pass-Qw7@127.0.0.1:1/' }, 'no user name or password'],
    [{ url: 'http://' }, 'this is no address'],
  ])('%#: are refused at the start where they cannot work', async (wiki, reason) => {
    const message = await openApiServer({ mcpServers: { wiki } }).then(
      started => started.close().then(() => 'it started'),
      (error: unknown) => String(error),
    );
    expect(message).toContain(`mcpServers.wiki: `);
    expect(message).toContain(reason);
    expect(message).not.toContain('pass-Qw7');
  });

  it('cannot be changed, removed, shadowed or named by a request', async () => {
    const path = `/v1/connectors/${id}`;
    for (const [method, url, body] of [
      ['PATCH', path, { description: 'x' }],
      ['DELETE', path, undefined],
      ['PUT', `${path}/share`, undefined],
      ['DELETE', `${path}/organization/share`, undefined],
      ['POST', `${path}/user/credentials`, { name: 'n', credentials: { bearer_token: 't' } }],
      ['POST', `${path}/user/deactivate`, undefined],
      ['GET', `${path}/auth_url`, undefined],
    ] as const) {
      const refused = await api.send(method, url, body);
      expect([method, url, refused.status]).toEqual([method, url, 403]);
    }
    expect((await api.send('GET', path)).json).toMatchObject({
      owner_type: 'system',
      visibility: 'shared_global',
      is_authenticated: true,
      active: true,
    });
    expect(names(await api.send('GET', '/v1/connectors?active=false'))).toEqual([]);
    const renamed = await api.send('GET', '/v1/connectors/mine');
    const mine = (renamed.json as { id: string }).id;
    expect((await api.send('PATCH', `/v1/connectors/${mine}`, { name: 'lines' })).status).toBe(409);
    const shadow = { name: 'lines', description: 'd', server: 'http://127.0.0.1:9/mcp' };
    expect((await api.send('POST', '/v1/connectors', shadow)).status).toBe(409);
    const named = { name: 'other', description: 'd', server: 'stdio:lines' };
    expect((await api.send('POST', '/v1/connectors', named)).status).toBe(422);
  });
});
