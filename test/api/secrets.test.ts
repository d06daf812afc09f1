import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrokenServer, openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { mcpTool, modelThatCalls, namesOf, readHistory, runTurn } from './run-turn.ts';
import { infoText, record, records, text, type Json } from './shapes.ts';

let api: ApiServer;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  api = await openApiServer();
});

afterAll(async () => {
  await api?.close();
  await Promise.all(opened.map(server => server.close()));
});

const TOKENS = {
  inline: 'tok-inline-8fJq2',
  header: 'tok-header-1mZx7',
  authorization: 'tok-authorization-Vb41c',
  url: 'tok-url-carrier-K0s9d',
  broken: 'tok-broken-server-Nn5e',
} as const;

async function openGuarded(bearerToken: string): Promise<ToolServer> {
  const server = await openSdkV2Server({
    bearerToken,
    tools: [{ name: 'whoami', inputSchema: {}, handler: () => `somebody with a token` }],
  });
  opened.push(server);
  return server;
}

async function createAgent(tools: Json[]): Promise<Json> {
  const answer = await api.send('POST', '/v1/agents', {
    model: modelThatCalls(api, 'whoami'),
    name: 'Keeper',
    tools,
  });
  if (answer.status !== 200) throw new Error(answer.text);
  return record(answer.json);
}

async function expectWorks(agent: Json): Promise<void> {
  const { outputs } = await runTurn(api, { agent_id: agent['id'], inputs: 'Who am I?' }, true);
  expect(namesOf(outputs)).toEqual(['whoami', 'message.output']);
  expect(infoText(record(outputs[0]))).toBe('somebody with a token');
}

/** Sends the echoed tools back, as SDKs do that read an agent, change it and write it. */
async function patchWithEcho(agent: Json): Promise<void> {
  const path = `/v1/agents/${text(agent['id'])}`;
  const { tools } = record((await api.send('GET', path)).json);
  const patched = await api.send('PATCH', path, { tools, instructions: 'Changed.' });
  expect(patched.json).toMatchObject({ tools, instructions: 'Changed.' });
}

describe('secrets work, come back nowhere, and are kept sealed', () => {
  it('in the auth of an mcp tool', async () => {
    const server = await openGuarded(TOKENS.inline);
    const agent = await createAgent([
      mcpTool(server.url, { auth: { type: 'bearer', token: TOKENS.inline } }),
    ]);
    await expectWorks(agent);
    await patchWithEcho(agent);
    await expectWorks(agent);
  });

  it('in the headers of a connector', async () => {
    const server = await openGuarded(TOKENS.header);
    const created = await api.send('POST', '/v1/connectors', {
      name: 'with_header',
      description: 'd',
      server: server.url,
      headers: { Authorization: `Bearer ${TOKENS.header}` },
    });
    expect(created.status).toBe(201);
    for (const path of ['with_header', text(record(created.json)['id'])]) {
      expect((await api.send('GET', `/v1/connectors/${path}`)).status).toBe(200);
    }
    await expectWorks(await createAgent([{ type: 'connector', connector_id: 'with_header' }]));
  });

  it('in the authorization of a connector tool, which a PATCH without it keeps', async () => {
    const server = await openGuarded(TOKENS.authorization);
    await api.send('POST', '/v1/connectors', { name: 'plain', description: 'd', server: server.url });
    const tool = {
      type: 'connector',
      connector_id: 'plain',
      authorization: { type: 'oauth2-token', value: TOKENS.authorization },
    };
    const agent = await createAgent([tool]);
    expect(agent['tools']).toEqual([{ type: 'connector', connector_id: 'plain' }]);
    await expectWorks(agent);
    await patchWithEcho(agent);
    await expectWorks(agent);
    // Another agent with the same connector has not got it.
    const other = await createAgent([{ type: 'connector', connector_id: 'plain' }]);
    const { outputs } = await runTurn(api, { agent_id: other['id'], inputs: 'Who am I?' });
    expect(record(outputs[0]?.['info'])).toMatchObject({ is_error: true, code: 'refused' });
  });

  it('in an address in the place of a connector, the way of unmodified clients', async () => {
    const server = await openGuarded(TOKENS.url);
    const agent = await api.sdk.beta.agents.create({
      model: modelThatCalls(api, 'whoami'),
      name: 'Carrier',
      tools: [
        {
          type: 'connector',
          connectorId: server.url,
          authorization: { type: 'oauth2-token', value: TOKENS.url },
        },
      ],
    });
    await expectWorks({ id: agent.id });
    await patchWithEcho({ id: agent.id });
    await expectWorks({ id: agent.id });
  });

  it('in the failures of servers that are broken, which are logged', async () => {
    const kinds = ['error_500', 'html', 'not_http', 'unauthorized', 'call_error_500', 'call_closed'] as const;
    for (const kind of kinds) {
      const server = await openBrokenServer(kind, 'rest');
      opened.push(server);
      const headers = { Authorization: `Bearer ${TOKENS.broken}`, 'X-Other': TOKENS.broken };
      const connector = { name: kind, description: 'd', server: server.url, headers };
      expect((await api.send('POST', '/v1/connectors', connector)).status).toBe(201);
      const called = await api.send('POST', `/v1/connectors/${kind}/tools/act/call`, {});
      expectError(called, kind === 'unauthorized' ? 403 : 502);
    }
  });

  it('in the address itself they are refused, and not said again', async () => {
    const address = 'https://user:tok-userinfo-Lq8@tools.example.com/mcp';
    const connector = { name: 'userinfo', description: 'd', server: address };
    const auth = { type: 'oauth2', client_id: 'c', client_secret: 's', token_url: address };
    const bodies: readonly [string, Json][] = [
      ['/v1/connectors', connector],
      ['/v1/agents', { model: 'offline', name: 'A', tools: [mcpTool(address)] }],
      ['/v1/agents', { model: 'offline', name: 'A', tools: [mcpTool('https://a.example.com', { auth })] }],
      ['/v1/agents', { model: 'offline', name: 'A', tools: [{ type: 'connector', connector_id: address }] }],
      ['/v1/conversations', { model: 'offline', inputs: 'Hi', tools: [mcpTool(address)] }],
    ];
    for (const [path, body] of bodies) {
      const answer = await api.send('POST', path, body);
      expectError(answer, 422);
      expect(answer.text).not.toContain('tok-userinfo');
    }
  });

  it('the tests above have left none in an answer, in the log, or in any column', async () => {
    const tables = await api.query(
      `select table_schema as schema, table_name as name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
    );
    expect(tables.length).toBeGreaterThan(5);
    const places: string[] = [];
    let rows = 0;
    for (const table of tables) {
      const place = `"${text(table['schema'])}"."${text(table['name'])}"`;
      for (const { row } of await api.query(`select t::text as row from ${place} t`)) {
        rows += 1;
        if (Object.values(TOKENS).some(token => text(row).includes(token))) places.push(place);
      }
    }
    expect(rows).toBeGreaterThan(20);
    expect(places).toEqual([]);
    for (const token of Object.values(TOKENS)) {
      expect(api.answered()).not.toContain(token);
      expect(api.log()).not.toContain(token);
      const base64 = Buffer.from(token).toString('base64').replace(/=+$/, '');
      expect(api.answered()).not.toContain(base64);
    }
    expect(api.log()).not.toContain(api.key);
    expect(api.log()).toContain('/v1/agents');
  });
});

describe('conversations are kept apart', () => {
  it('nothing of one is in the prompts, entries or streams of others that run at the same time', async () => {
    const server = await openSdkV2Server({
      tools: [{ name: 'echo', inputSchema: {}, handler: ({ word }) => `heard ${String(word)}` }],
    });
    opened.push(server);
    const words = Array.from({ length: 8 }, (_, n) => `word-${n}-${'abcdefgh'[n] ?? ''}`);
    const runs = words.map(async (word, n) => {
      const model = api.models.plays(
        { text: `On ${word}. `, toolCalls: [{ name: 'echo', arguments: { word } }], chunkDelayMs: 2 },
        { text: `Done with ${word}.`, chunkDelayMs: 2 },
        { text: `Still ${word}.` },
      );
      const body = { model, inputs: `Say ${word}`, tools: [mcpTool(server.url)] };
      const { conversationId } = await runTurn(api, body, n % 2 === 0);
      await api.send('POST', `/v1/conversations/${conversationId}`, { inputs: `More ${word}` });
      const entries = JSON.stringify(await readHistory(api, conversationId));
      const prompts = JSON.stringify(api.models.asked(model).map(({ messages }) => messages));
      return { word, entries, prompts };
    });
    for (const { word, entries, prompts } of await Promise.all(runs)) {
      expect(entries).toContain(`heard ${word}`);
      expect(entries).toContain(`Still ${word}.`);
      expect(prompts).toContain(`heard ${word}`);
      for (const other of words.filter(one => one !== word)) {
        expect(entries).not.toContain(other);
        expect(prompts).not.toContain(other);
      }
    }
  });

  it('the same server with two tokens is two connectors', async () => {
    const server = await openGuarded('the-right-one');
    const [right, wrong, again] = await Promise.all(
      ['the-right-one', 'the-wrong-one', 'the-right-one'].map(token =>
        createAgent([mcpTool(server.url, { auth: { type: 'bearer', token } })]),
      ),
    );
    const idOf = (agent: Json | undefined) => records(agent?.['tools'])[0]?.['connector_id'];
    expect(idOf(right)).toBe(idOf(again));
    expect(idOf(right)).not.toBe(idOf(wrong));
    await expectWorks(record(right));
    const { outputs } = await runTurn(api, { agent_id: wrong?.['id'], inputs: 'Who am I?' });
    expect(record(outputs[0]?.['info'])).toMatchObject({ is_error: true, code: 'refused' });
  });
});
