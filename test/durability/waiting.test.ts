import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openTestDatabase, type TestDatabase } from '@tramontane/testkit/database';
import { openOpenAiServer, type ModelServer } from '@tramontane/testkit/model-servers';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { openChildServer, type ChildServer } from './child-server.ts';
import { createStage } from './stage.ts';

// Servers are started again and again, which takes long on a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

type Entry = Record<string, unknown> & { type: string };

const stage = createStage();
let database: TestDatabase;
let model: ModelServer;
let tools: ToolServer;
let server: ChildServer;

const open = () =>
  openChildServer({
    DATABASE_URL: database.url,
    TRAMONTANE_API_KEYS: 'key-of-this-test',
    TRAMONTANE_SECRET_KEY: 'secret-key-of-this-test',
    TRAMONTANE_MODEL_BASE_URL: model.url,
    TRAMONTANE_ALLOW_PRIVATE_NETWORKS: 'loopback',
    TRAMONTANE_LOG: 'warn',
  });

beforeAll(async () => {
  database = await openTestDatabase();
  model = await openOpenAiServer({
    script: async request => {
      const offered = request.tools.map(({ name }) => name);
      await stage.reach(`${request.model} asked`);
      if (request.messages.at(-1)?.role === 'tool') return { text: 'Paid.' };
      if (offered.includes('handoff_to_expert'))
        return { toolCalls: [{ name: 'handoff_to_expert', arguments: {} }] };
      return offered.includes('pay')
        ? { toolCalls: [{ name: 'pay', arguments: {} }] }
        : { text: 'Expert here.' };
    },
  });
  tools = await openSdkV2Server({
    tools: [
      {
        name: 'pay',
        inputSchema: {},
        handler: async () => {
          await stage.reach('pay done');
          return 'paid';
        },
      },
    ],
  });
  server = await open();
});
afterAll(async () => {
  await server?.stop();
  await Promise.all([tools?.close(), model?.close()]);
  await database?.close();
});

async function ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** Kills the server at the armed point of a request, starts it again, and waits until the history ends with words. */
async function killedAt(point: string, path: string, body: object): Promise<void> {
  let dead: Promise<void> | undefined;
  stage.arm(point, async () => {
    await (dead = server.kill());
  });
  await expect(ask('POST', path, body)).rejects.toThrow(/fetch failed|terminated/);
  await dead;
  server = await open();
}

async function historyWithWords(id: string): Promise<Entry[]> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
    const { entries } = (await ask('GET', `/v1/conversations/${id}/history`)) as { entries: Entry[] };
    if (entries.at(-1)?.type === 'message.output') return entries;
  }
  throw new Error('The turn did not come to an end.');
}

async function startWaiting() {
  await ask('POST', '/v1/connectors', { name: 'bank', description: 'd', server: tools.url });
  const tool = {
    type: 'connector',
    connector_id: 'bank',
    tool_configuration: { requires_confirmation: ['pay'] },
  };
  const started = await ask('POST', '/v1/conversations', { model: 'payer', inputs: 'Pay', tools: [tool] });
  const [call] = started['outputs'] as Entry[];
  expect(call).toMatchObject({ type: 'function.call', confirmation_status: 'pending' });
  const confirm = { tool_confirmations: [{ tool_call_id: call?.['tool_call_id'], confirmation: 'allow' }] };
  tools.calls.length = 0;
  return { id: String(started['conversation_id']), confirm };
}

it.each([
  ['pay done', 'unknown'],
  ['payer asked', 'done'],
])(
  'a call that waits survives a kill, and a kill at "%s" after it was allowed: it left once',
  async (point, status) => {
    const { id, confirm } = await startWaiting();
    await server.kill();
    server = await open();
    await killedAt(point, `/v1/conversations/${id}`, confirm);
    const entries = await historyWithWords(id);
    expect(entries.map(({ type }) => type)).toEqual([
      'message.input',
      'function.call',
      'tool.execution',
      'message.output',
    ]);
    expect(entries[1]).toMatchObject({ confirmation_status: 'allowed' });
    expect(entries[2]).toMatchObject({ info: { status } });
    expect(tools.calls).toHaveLength(1);
    // Confirmed again by a client that lost its answer: nothing runs again.
    const again = await ask('POST', `/v1/conversations/${id}`, confirm);
    expect((again['outputs'] as Entry[]).map(({ id: entry }) => entry)).toEqual(
      entries.slice(2).map(entry => entry['id']),
    );
    expect(tools.calls).toHaveLength(1);
  },
);

it('killed after a handoff, the run goes on with the agent that took over', async () => {
  const expert = await ask('POST', '/v1/agents', { name: 'expert', model: 'expert' });
  const desk = await ask('POST', '/v1/agents', { name: 'desk', model: 'desk', handoffs: [expert['id']] });
  const tag = { metadata: { of: 'handoff' } };
  await killedAt('expert asked', '/v1/conversations', { agent_id: desk['id'], inputs: 'Help', ...tag });
  const filter = encodeURIComponent(JSON.stringify(tag.metadata));
  const [found] = (await ask('GET', `/v1/conversations?metadata=${filter}`)) as unknown as { id: string }[];
  expect(await historyWithWords(String(found?.id))).toMatchObject([
    { type: 'message.input' },
    { type: 'agent.handoff', next_agent_id: expert['id'] },
    { type: 'message.output', agent_id: expert['id'], content: 'Expert here.' },
  ]);
});
