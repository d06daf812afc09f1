import { openMistralServer, type ModelServer } from '@tramontane/testkit/model-servers';
import { openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { record, records, text, type Json } from './shapes.ts';

// Guardrails: API reference, completion_args and guardrails. The moderation model finds what its text is scored with.

let api: ApiServer;
let moderator: ModelServer;
const asked: { text: string; model: string }[] = [];

beforeAll(async () => {
  moderator = await openMistralServer({
    script: () => ({}),
    apiKey: 'moderation-key',
    moderate: (words, model) => {
      asked.push({ text: words, model });
      if (words.includes('outage')) return 503;
      const violence = words.includes('fight') ? 0.6 : 0.01;
      const scores = { violence_and_threats: violence, pii: words.includes('name') ? 0.3 : 0, law: 0.5 };
      return { scores, flagged: violence > 0.5 ? ['violence_and_threats'] : [] };
    },
  });
  api = await openApiServer({
    settings: {
      TRAMONTANE_MODERATION_BASE_URL: moderator.url,
      TRAMONTANE_MODERATION_API_KEY: 'moderation-key',
    },
  });
});

afterAll(async () => {
  await Promise.all([api?.close(), moderator?.close()]);
});

const answers = () => api.models.answers(() => ({ text: 'Fine.' }));
const block = (settings: Json = {}, more: Json = {}) => [
  { ...more, moderation_llm_v2: { action: 'block', ...settings } },
];
const chat = async (inputs: string, guardrails: unknown) =>
  await api.send('POST', '/v1/chat/completions', {
    model: answers(),
    messages: [{ role: 'user', content: inputs }],
    guardrails,
  });
const start = async (body: Json) => await api.send('POST', '/v1/conversations', body);

async function createAgent(body: Json): Promise<string> {
  const answer = await api.send('POST', '/v1/agents', { model: answers(), name: 'G', ...body });
  if (answer.status !== 200) throw new Error(answer.text);
  return text(record(answer.json)['id']);
}

describe('what decides', () => {
  const custom = (custom_category_thresholds: Json, more: Json = {}) =>
    block({ custom_category_thresholds, ...more });
  it.each([
    ['the model itself', 'a fight', block(), 403],
    ['the model itself, when all is well', 'a walk', block(), 200],
    ['a lower threshold of one’s own', 'my name', custom({ pii: 0.3 }), 403],
    ['a threshold that is not reached', 'my name', custom({ pii: 0.31 }), 200],
    ['a higher threshold than the model’s', 'a fight', custom({ violence_and_threats: 0.7 }), 200],
    ['a threshold of 1, which switches off', 'a fight', custom({ violence_and_threats: 1 }), 200],
    ['the others too', 'a fight', custom({ pii: 0.9 }), 403],
    [
      'the others not, when they are ignored',
      'a fight',
      custom({ pii: 0.9 }, { ignore_other_categories: true }),
      200,
    ],
    ['nothing, when the action is none', 'a fight', block({ action: 'none' }), 200],
    [
      'one of several',
      'a fight',
      [...block({ action: 'none' }), { moderation_llm_v1: { action: 'block' } }],
      403,
    ],
    ['a check that fails and is to block', 'an outage', block({}, { block_on_error: true }), 403],
    ['a check that fails and is not', 'an outage', block(), 200],
    ['nothing, without a check', 'a fight', [{ block_on_error: true }], 200],
  ])('%s', async (_what, inputs, guardrails, status) => {
    const answer = await chat(inputs, guardrails);
    if (status === 403) {
      expectError(answer, 403);
      expect(answer.json).toMatchObject({ type: expect.stringMatching(/^guardrail_/), param: 'guardrails' });
    } else expect(answer.status).toBe(200);
  });

  it('the models that are named, or those of the protocol', async () => {
    const from = asked.length;
    await chat('models?', [
      { moderation_llm_v1: {}, moderation_llm_v2: { model_name: 'mistral-moderation-9' } },
      { moderation_llm_v2: {} },
    ]);
    const models = asked.slice(from).map(({ model }) => model);
    expect(models.sort()).toEqual([
      'mistral-moderation-2411',
      'mistral-moderation-2603',
      'mistral-moderation-9',
    ]);
  });

  it("the users' words only", async () => {
    const from = asked.length;
    await api.send('POST', '/v1/chat/completions', {
      model: answers(),
      messages: [
        { role: 'system', content: 'fight one' },
        { role: 'user', content: [{ type: 'text', text: 'first' }] },
        { role: 'assistant', content: 'fight two' },
        { role: 'user', content: 'second' },
      ],
      guardrails: block(),
    });
    expect(asked.slice(from).map(one => one.text)).toEqual(['first', 'second']);
  });

  it.each(['data:text/plain;base64,YSBmaWdodA==', 'data:application/json,%22a%20fight%22'])(
    'the text documents that they add too: %s',
    async document_url => {
      const content = [
        { type: 'text', text: 'Read this.' },
        { type: 'document_url', document_url, document_name: 'note' },
      ];
      const inputs = [{ role: 'user', content }];
      expectError(await start({ model: answers(), inputs, guardrails: block() }), 403);
      expect(asked.at(-1)?.text).toMatch(/^Read this\.\n"?a fight"?$/);
    },
  );
});

describe('of an agent', () => {
  it('are stored, and hold for its completions', async () => {
    const agent_id = await createAgent({ guardrails: block() });
    expect((await api.send('GET', `/v1/agents/${agent_id}`)).json).toMatchObject({ guardrails: block() });
    const ask = async (content: string, more: Json = {}) =>
      await api.send('POST', '/v1/agents/completions', {
        agent_id,
        messages: [{ role: 'user', content }],
        ...more,
      });
    expectError(await ask('a fight'), 403);
    expectError(await ask('a fight', { stream: true }), 403);
    expect((await ask('a walk')).status).toBe(200);
    expect((await ask('a fight', { guardrails: block({ action: 'none' }) })).status).toBe(200);
  });

  it('hold in its conversations, and a start may set its own, for all turns', async () => {
    const agent_id = await createAgent({ guardrails: block() });
    expectError(await start({ agent_id, inputs: 'a fight' }), 403);
    expectError(await start({ agent_id, inputs: 'a fight', stream: true }), 403);
    const started = await start({ agent_id, inputs: 'a walk' });
    expect(started.status).toBe(200);
    const path = `/v1/conversations/${text(record(started.json)['conversation_id'])}`;
    expectError(await api.send('POST', path, { inputs: 'a fight' }), 403);
    // What was blocked left nothing behind.
    const history = record((await api.send('GET', `${path}/history`)).json);
    expect(records(history['entries'])).toHaveLength(2);

    const own = await start({ agent_id, inputs: 'a fight', guardrails: block({ action: 'none' }) });
    expect(own.status).toBe(200);
    const ownPath = `/v1/conversations/${text(record(own.json)['conversation_id'])}`;
    expect((await api.send('POST', ownPath, { inputs: 'a fight' })).status).toBe(200);
  });
});

describe('of an agent that takes over', () => {
  /** A desk without guardrails that hands everything to an agent with these. */
  async function createDesk(guardrails: unknown) {
    const expert = api.models.answers(() => ({ text: 'The expert.' }));
    const expertId = await createAgent({ model: expert, name: 'expert', guardrails });
    const handOff = { toolCalls: [{ name: 'handoff_to_expert', arguments: {} }] };
    const desk = api.models.plays({ text: 'Noted.' }, handOff, handOff);
    const agent_id = await createAgent({ model: desk, name: 'desk', handoffs: [expertId] });
    const first = await start({ agent_id, inputs: 'a walk' });
    const path = `/v1/conversations/${text(record(first.json)['conversation_id'])}`;
    return { expert, expertId, agent_id, path };
  }

  it.each(['server', 'client'])('are asked before it is, handoffs on the %s', async handoff_execution => {
    const { expert, expertId, path } = await createDesk(block());
    const answer = await api.send('POST', path, { inputs: 'a fight', handoff_execution });
    expectError(answer, 403);
    expect(answer.json).toMatchObject({ type: 'guardrail_blocked', param: 'guardrails' });
    expect(text(record(answer.json)['message'])).toMatch(/expert did not take over.*violence_and_threats/);
    expect(api.models.asked(expert)).toHaveLength(0);
    // The desk stays in charge, and what it was refused is in the history.
    const entries = records(record((await api.send('GET', `${path}/history`)).json)['entries']);
    expect(entries.map(({ type }) => type)).not.toContain('agent.handoff');
    expect(entries.at(-1)).toMatchObject({ type: 'tool.execution', name: 'handoff_to_expert' });
    expect(JSON.stringify(entries)).not.toContain(`"agent_id":"${expertId}"`);
  });

  it('end a stream with an error event', async () => {
    const { expert, path } = await createDesk(block());
    const answer = await api.send('POST', path, { inputs: 'a fight', stream: true });
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/event: conversation.response.error\ndata: .*"code":403/);
    expect(api.models.asked(expert)).toHaveLength(0);
  });

  it('hold where nothing is stored', async () => {
    const { expert, agent_id } = await createDesk(block());
    expectError(await start({ agent_id, inputs: 'a fight', store: false }), 403);
    expect(api.models.asked(expert)).toHaveLength(0);
  });

  it('are asked of all that the users said before, too', async () => {
    const { expert, path } = await createDesk(block({ custom_category_thresholds: { pii: 0.3 } }));
    const from = asked.length;
    expect((await api.send('POST', path, { inputs: 'a stroll' })).status).toBe(200);
    expect(asked.slice(from).map(one => one.text)).toEqual(['a walk', 'a stroll']);
    expect(api.models.asked(expert)).toHaveLength(1);
  });

  it('block when they cannot check and are set to', async () => {
    const { expert, path } = await createDesk(block({}, { block_on_error: true }));
    const answer = await api.send('POST', path, { inputs: 'an outage' });
    expectError(answer, 403);
    expect(answer.json).toMatchObject({ type: 'guardrail_failed' });
    expect(api.models.asked(expert)).toHaveLength(0);
  });

  it.each(['server', 'client'])(
    'show what they found without blocking, after what the first found, handoffs on the %s',
    async handoff_execution => {
      const { expertId } = await createDesk(block({ action: 'none' }));
      const desk = api.models.plays({ toolCalls: [{ name: 'handoff_to_expert', arguments: {} }] });
      const agent_id = await createAgent({
        model: desk,
        name: 'desk',
        handoffs: [expertId],
        guardrails: [{ moderation_llm_v1: { action: 'none' } }],
      });
      const { json } = await start({ agent_id, inputs: 'a fight', handoff_execution });
      const violence_and_threats = { score: 0.6, violated: true };
      const found = { action: 'none', categories: { violence_and_threats } };
      expect(record(json)['guardrails']).toMatchObject([
        { moderation_llm_v1: found },
        { moderation_llm_v2: found },
      ]);
    },
  );

  it('give way to those of the conversation', async () => {
    const { expert, agent_id } = await createDesk(block());
    const guardrails = block({ action: 'none' });
    const started = await start({ agent_id, inputs: 'a fight', guardrails });
    expect(record(started.json)['outputs']).toMatchObject([
      { type: 'agent.handoff' },
      { content: 'The expert.' },
    ]);
    expect(api.models.asked(expert)).toHaveLength(1);
  });
});

describe('of a conversation with a model', () => {
  it('are shown in it, tell what they found, and hold for its next turns', async () => {
    const guardrails = [{ moderation_llm_v1: { action: 'none' }, moderation_llm_v2: { action: 'block' } }];
    const started = await start({ model: answers(), inputs: 'my name', guardrails });
    expect(record(started.json)['guardrails']).toEqual([
      Object.fromEntries(
        ['moderation_llm_v1', 'moderation_llm_v2'].map(name => [
          name,
          {
            action: 'none',
            categories: {
              violence_and_threats: { score: 0.01, violated: false },
              pii: { score: 0.3, violated: false },
              law: { score: 0.5, violated: false },
            },
          },
        ]),
      ),
    ]);
    const path = `/v1/conversations/${text(record(started.json)['conversation_id'])}`;
    expect((await api.send('GET', path)).json).toMatchObject({ guardrails });
    expectError(await api.send('POST', path, { inputs: 'a fight' }), 403);
    const appended = await api.send('POST', path, { inputs: 'a walk' });
    expect(records(record(appended.json)['guardrails'])).toHaveLength(1);
  });

  it('are told once more where a confirmation that is given again has no effect', async () => {
    const server = await openSdkV2Server({
      tools: [{ name: 'pay', inputSchema: {}, handler: () => 'paid' }],
    });
    onTestFinished(() => server.close());
    const model = api.models.plays({ toolCalls: [{ name: 'pay', arguments: {} }] }, { text: 'Paid.' });
    const tool_configuration = { requires_confirmation: ['pay'] };
    const tools = [{ type: 'mcp', config: { server_url: server.url, tool_configuration } }];
    const first = record((await start({ model, inputs: 'a walk', tools, guardrails: block() })).json);
    const [call] = records(first['outputs']);
    const allow = { tool_confirmations: [{ tool_call_id: call?.['tool_call_id'], confirmation: 'allow' }] };
    const path = `/v1/conversations/${text(first['conversation_id'])}`;
    const allowed = await api.send('POST', path, allow);
    expect(record(allowed.json)['guardrails']).toEqual([
      { moderation_llm_v2: { action: 'none', categories: {} } },
    ]);
    expect((await api.send('POST', path, allow)).json).toEqual(allowed.json);
  });

  it('say so when they could not check and do not block', async () => {
    const { json } = await start({ model: answers(), inputs: 'an outage', guardrails: block() });
    expect(record(json)['guardrails']).toMatchObject([
      { moderation_llm_v2: { action: 'none', categories: {}, error: expect.stringContaining('503') } },
    ]);
    expect(api.log()).toContain('could not check an input');
  });
});
