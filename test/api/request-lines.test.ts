import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR, openApiKeys, readConfig } from '@tramontane/agents';
import { fingerprintToken } from '@tramontane/guards';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { openGate } from './gate.ts';
import { openApiServer, type ApiServer, type ApiServerOptions } from './open-api-server.ts';
import { browse, openGuarded } from './open-guarded.ts';
import { eventually, record, text, type Json } from './shapes.ts';

// What is written down of requests, read as the operator reads it.

let folder: string;
let calls: string;
let audit: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tramontane-lines-'));
  [calls, audit] = [join(folder, 'calls.log'), join(folder, 'audit.log')];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open = (settings: ApiServerOptions['settings'] = {}) =>
  openApiServer({ settings: { TRAMONTANE_CALL_LOG: calls, TRAMONTANE_AUDIT_LOG: audit, ...settings } });

async function linesOf(path: string): Promise<Json[]> {
  const written = await readFile(path, 'utf8');
  return written
    .split('\n')
    .filter(line => line !== '')
    .map(line => record(JSON.parse(line)));
}

describe('with files for them', () => {
  let api: ApiServer;
  let tools: ToolServer;
  let key: string;
  beforeAll(async () => {
    const names = ['pay', 'look'];
    tools = await openSdkV2Server({
      tools: names.map(name => ({ name, inputSchema: {}, handler: () => `${name} done` })),
    });
    api = await open();
    key = await api.makeKey({
      user: 'ann',
      workspace: 'blue',
      organization: 'acme',
      role: 'workspace_admin',
    });
  });
  afterAll(async () => {
    await Promise.all([api?.close(), tools?.close()]);
  });
  const send = async (method: string, path: string, body?: unknown, id = 'no id') =>
    api.send(method, path, body, { authorization: `Bearer ${key}`, 'x-request-id': id });
  /** The one line of a request; lines are written within a moment of its end. */
  const lineOf = async (id: string, path = calls): Promise<Json> =>
    eventually(`a line of ${id}`, async () =>
      (await linesOf(path)).find(({ request_id }) => request_id === id),
    );
  const WHO = () => ({
    client_ip: '127.0.0.1',
    organization: 'acme',
    workspace: 'blue',
    user: 'ann',
    key: expect.stringMatching(/^key-/),
    credential: fingerprintToken(key),
  });

  it('a turn says who asked, in which conversation, and which run answered', async () => {
    const model = api.models.plays({ text: 'Hello' }, { text: 'Again' });
    const answer = await send('POST', '/v1/conversations', { model, inputs: 'hush-hush' }, 'first-turn');
    const conversation_id = text(record(answer.json)['conversation_id']);
    const line = await lineOf('first-turn');
    expect(line).toEqual({
      type: 'call',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      request_id: 'first-turn',
      ...WHO(),
      method: 'POST',
      route: '/v1/conversations',
      status: 200,
      duration_seconds: expect.any(Number),
      conversation_id,
      run_id: expect.any(String),
    });
    const [run] = await api.query('select id from tramontane.runs where conversation_id = $1', [
      conversation_id,
    ]);
    expect(run?.['id']).toBe(line['run_id']);
    await send('POST', `/v1/conversations/${conversation_id}`, { inputs: 'And?' }, 'next-turn');
    expect(await lineOf('next-turn')).toMatchObject({ route: '/v1/conversations/:id', conversation_id });
    await send('GET', `/v1/conversations/${conversation_id}/history`, undefined, 'history');
    expect(await lineOf('history')).toMatchObject({ method: 'GET', conversation_id });
  });

  it('what is refused says by what, and one without a key says nobody', async () => {
    const headers = { authorization: 'Bearer wrong-and-secret', 'x-request-id': 'refused' };
    await api.send('DELETE', '/v1/agents/x', undefined, headers);
    const line = await lineOf('refused');
    expect(line).toMatchObject({ route: '/v1/agents/:id', status: 401, refused_by: 'auth' });
    expect(Object.keys(line)).not.toContain('user');
    await send('GET', '/v1/nothing?secret=1', undefined, 'nowhere');
    expect(await lineOf('nowhere')).toMatchObject({ status: 404, user: 'ann' });
    await send('GET', '/%zz', undefined, 'unreadable');
    expect(await lineOf('unreadable')).toMatchObject({ status: 400, user: 'ann' });
    // The operator's own key has no name.
    await api.send('GET', '/v1/agents', undefined, { 'x-request-id': 'of-the-operator' });
    const own = await lineOf('of-the-operator');
    expect([own['user'], own['key'], own['credential']]).toEqual([
      'default',
      undefined,
      fingerprintToken(api.key),
    ]);
  });

  it('a caller who leaves is told, before and within an answer', async () => {
    const [asked, gate] = [openGate(), openGate()];
    const model = api.models.answers(async () => {
      asked.open();
      await gate.passed;
      return { text: 'Late' };
    });
    for (const [id, stream, status] of [
      ['left-early', false, 499],
      ['left-within', true, 200],
    ] as const) {
      const leaving = new AbortController();
      const answer = fetch(`${api.url}/v1/conversations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-request-id': id },
        body: JSON.stringify({ model, inputs: 'Hello', stream }),
        signal: leaving.signal,
      });
      await (stream ? answer : asked.passed);
      leaving.abort();
      await answer.then(response => response.text()).catch(() => undefined);
      expect(await lineOf(id)).toMatchObject({ status, aborted: true, run_id: expect.any(String) });
    }
    gate.open();
  });

  it('changes are in the audit trail: what was changed, by whom, and how it ended', async () => {
    const connector = {
      name: 'bank',
      description: 'd',
      server: tools.url,
      headers: { 'x-key': 'hush-hush' },
    };
    const made = await send('POST', '/v1/connectors', connector, 'made');
    const connector_id = text(record(made.json)['id']);
    expect(await lineOf('made', audit)).toEqual({
      type: 'audit',
      time: expect.any(String),
      request_id: 'made',
      ...WHO(),
      method: 'POST',
      route: '/v1/connectors',
      path: '/v1/connectors',
      status: 201,
      duration_seconds: expect.any(Number),
      connector_id,
    });
    const credentials = {
      name: 'mine',
      credentials: { headers: { authorization: 'Bearer hush-hush' } },
    };
    const url = `/v1/connectors/${connector_id}`;
    for (const [id, method, path, body, status] of [
      ['stored', 'POST', `${url}/user/credentials`, credentials, 200],
      ['unstored', 'DELETE', `${url}/user/credentials/mine`, undefined, 200],
      ['shared', 'PUT', `${url}/share`, undefined, 200],
      ['forbidden', 'PUT', `${url}/organization/share`, undefined, 403],
      ['off', 'POST', `${url}/user/deactivate`, undefined, 200],
      ['on', 'POST', `${url}/user/activate`, undefined, 200],
      ['approved', 'POST', `${url}/tool_changes/approve`, undefined, 200],
      ['called', 'POST', `${url}/tools/look/call?credentials_name=x`, { arguments: { a: 'hush-hush' } }, 404],
      ['agent', 'POST', '/v1/agents', { model: 'm', name: 'n' }, 200],
      ['gone', 'DELETE', `${url}?secret=1`, undefined, 200],
    ] as const) {
      await send(method, path, body, id);
      const line = await lineOf(id, audit);
      expect(line).toMatchObject({ method, path: path.split('?')[0], user: 'ann' });
      expect([id, line['status']]).toEqual([id, status]);
    }
    expect(await lineOf('stored', audit)).toMatchObject({ credentials_name: 'mine' });
    expect(await lineOf('agent', audit)).toMatchObject({ agent_id: expect.any(String) });
  });

  it('so are confirmations, and nothing else of turns; nor is what only reads', async () => {
    await send('POST', '/v1/connectors', { name: 'till', description: 'd', server: tools.url });
    const model = api.models.plays({ toolCalls: [{ name: 'pay', arguments: {} }] }, { text: 'Paid' });
    const started = await send(
      'POST',
      '/v1/conversations',
      {
        model,
        inputs: 'Pay',
        tools: [
          { type: 'connector', connector_id: 'till', tool_configuration: { requires_confirmation: ['pay'] } },
        ],
      },
      'asking',
    );
    const { conversation_id, outputs } = record(started.json);
    const { tool_call_id } = record((outputs as unknown[])[0]);
    const path = `/v1/conversations/${text(conversation_id)}`;
    const tool_confirmations = [{ tool_call_id, confirmation: 'allow' }];
    await send('POST', path, { tool_confirmations }, 'confirmed');
    const line = await lineOf('confirmed', audit);
    expect(line).toMatchObject({ path, conversation_id, status: 200, confirmations: tool_confirmations });
    await send('DELETE', path, undefined, 'deleted');
    await lineOf('deleted', audit);
    const ids = (await linesOf(audit)).map(({ request_id }) => request_id);
    const others: unknown[] = ['asking', 'first-turn', 'next-turn', 'history', 'refused'];
    expect(ids.filter(id => others.includes(id))).toEqual([]);
  });

  it('a sign-in that came back is a change by who began it', async () => {
    const guarded = await openGuarded();
    const name = 'signed';
    const made = await send('POST', '/v1/connectors', { name, description: 'd', server: guarded.tools.url });
    const begun = await send('GET', `/v1/connectors/${name}/auth_url`);
    const back = await browse(text(record(begun.json)['auth_url']));
    await back.text();
    const line = await lineOf(text(back.headers.get('x-request-id')), audit);
    expect(line).toMatchObject({
      organization: 'acme',
      workspace: 'blue',
      user: 'ann',
      method: 'GET',
      route: '/oauth/callback',
      path: '/oauth/callback',
      status: 200,
      connector_id: record(made.json)['id'],
    });
  });

  it('the command that makes and ends keys leaves its lines there too', async () => {
    const keys = await openApiKeys(readConfig(api.environment));
    const made = await keys.create('ci', { ...OPERATOR, workspace: 'blue', organization: 'acme' });
    await keys.create('ci', { ...OPERATOR, workspace: 'blue', organization: 'acme' });
    await keys.revoke('ci');
    await keys.close();
    const key = {
      name: 'ci',
      credential: made.ok && fingerprintToken(made.key),
      organization: 'acme',
      workspace: 'blue',
      user: 'default',
      role: 'organization_admin',
    };
    const common = { type: 'audit', time: expect.any(String), uid: process.getuid?.() };
    const lines = (await linesOf(audit)).filter(({ of }) => record(of ?? {})['name'] === 'ci');
    expect(lines).toEqual([
      { ...common, command: 'keys create', of: key },
      { ...common, command: 'keys revoke', of: key },
    ]);
  });

  it('nothing secret is in them, and they are for their owner alone', async () => {
    for (const path of [calls, audit]) {
      const written = await readFile(path, 'utf8');
      for (const secret of [key, api.key, 'hush', 'secret', 'code=', 'state='])
        expect(written).not.toContain(secret);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
  });
});

it('with nothing set nothing is written, and health is written down never', async () => {
  await using opened = new AsyncDisposableStack();
  const path = join(folder, 'few.log');
  const api = opened.adopt(await openApiServer({ settings: { TRAMONTANE_CALL_LOG: path } }), each =>
    each.close(),
  );
  for (const open of ['/health', '/health/ready', '/openapi.json']) await api.send('GET', open);
  await api.send('POST', '/v1/agents', {});
  await opened.disposeAsync();
  expect((await linesOf(path)).map(({ type, route }) => [type, route])).toEqual([['call', '/v1/agents']]);
});

it('what was answered before a stop is there after it', async () => {
  const path = join(folder, 'many.log');
  const api = await openApiServer({ settings: { TRAMONTANE_CALL_LOG: path } });
  await Promise.all(Array.from({ length: 200 }, () => api.send('GET', '/v1/agents')));
  await api.close();
  expect(await linesOf(path)).toHaveLength(200);
});

it('a place that cannot be written to is told at the start', async () => {
  await expect(open({ TRAMONTANE_AUDIT_LOG: join(folder, 'none', 'audit.log') })).rejects.toThrow(
    'TRAMONTANE_AUDIT_LOG: lines cannot be written there: ENOENT',
  );
});
