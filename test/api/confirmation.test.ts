import { describe, expect, it } from 'vitest';
import { allow, BANK, deny, outputsOf, startAsking, useBank } from './asking.ts';
import { expectError } from './expect-error.ts';
import { readHistory } from './run-turn.ts';
import { record, records, text, type Json } from './shapes.ts';

const bank = useBank();

describe('a call that needs confirmation', () => {
  it('waits, runs when it is allowed, and stands in the history as it went', async () => {
    const { path, conversationId, outputs, ids, model } = await startAsking(bank.api, ['pay', 'look']);
    expect(outputs).toMatchObject([
      { type: 'function.call', name: 'pay', arguments: '{"n":0}', confirmation_status: 'pending' },
      { type: 'tool.execution', name: 'look' },
    ]);
    expect(bank.made()).toEqual(['look']);
    expect(bank.api.models.asked(model)).toHaveLength(1);
    expect((await readHistory(bank.api, conversationId))[1]).toMatchObject({
      confirmation_status: 'pending',
    });

    const allowed = await bank.api.send('POST', path, { tool_confirmations: [allow(ids[0] ?? '')] });
    const [execution, words] = outputsOf(allowed);
    expect(execution).toMatchObject({
      type: 'tool.execution',
      name: 'pay',
      arguments: '{"n":0}',
      info: { tool_call_id: ids[0], status: 'done' },
    });
    expect(words).toMatchObject({ type: 'message.output', content: 'Told: pay 0 done | look 1 done' });
    expect(bank.made()).toEqual(['look', 'pay']);
    expect(record(allowed.json)['usage']).toMatchObject({ connectors: { pay: 1 } });
    expect(
      (await readHistory(bank.api, conversationId)).map(entry => [
        entry['type'],
        entry['confirmation_status'],
      ]),
    ).toEqual([
      ['message.input', undefined],
      ['function.call', 'allowed'],
      ['tool.execution', undefined],
      ['tool.execution', undefined],
      ['message.output', undefined],
    ]);
    expect(outputsOf(await bank.api.send('POST', path, { inputs: 'More' }))).toMatchObject([
      { content: 'And on.' },
    ]);
  });

  it('is decided one by one: the model is asked when none waits any more', async () => {
    const { path, ids, model } = await startAsking(bank.api, ['pay', 'mail', 'pay']);
    const [first = '', second = '', third = ''] = ids;
    const partial = outputsOf(await bank.api.send('POST', path, { tool_confirmations: [allow(second)] }));
    expect(partial).toMatchObject([
      { type: 'tool.execution', name: 'mail' },
      { type: 'function.call', tool_call_id: first, confirmation_status: 'pending' },
      { type: 'function.call', tool_call_id: third, confirmation_status: 'pending' },
    ]);
    expect(bank.api.models.asked(model)).toHaveLength(1);
    const last = outputsOf(
      await bank.api.send('POST', path, { tool_confirmations: [deny(third), allow(first)] }),
    );
    expect(last).toMatchObject([{ type: 'tool.execution', name: 'pay' }, { type: 'message.output' }]);
    // The model reads what came of its calls in the order in which it made them.
    expect(text(last[1]?.['content'])).toMatch(/^Told: pay 0 done \| mail 1 done \| The user did not allow/);
    expect(bank.made()).toEqual(['mail', 'pay']);
  });

  it('stays open while only the functions are answered, and the other way round', async () => {
    const one = await startAsking(bank.api, ['ask_user', 'pay']);
    const result = (id: string | undefined) => ({ type: 'function.result', tool_call_id: id, result: 'yes' });
    expect(outputsOf(await bank.api.send('POST', one.path, { inputs: [result(one.ids[0])] }))).toMatchObject([
      { type: 'function.call', tool_call_id: one.ids[1], confirmation_status: 'pending' },
    ]);
    const other = await startAsking(bank.api, ['ask_user', 'pay']);
    const allowed = { tool_confirmations: [allow(other.ids[1] ?? '')] };
    const [ran, still] = outputsOf(await bank.api.send('POST', other.path, allowed));
    expect(ran).toMatchObject({ type: 'tool.execution' });
    expect(still).toMatchObject({ type: 'function.call', tool_call_id: other.ids[0] });
    expect(still).not.toHaveProperty('confirmation_status');
    expect(
      outputsOf(await bank.api.send('POST', other.path, { inputs: [result(other.ids[0])] })),
    ).toMatchObject([{ type: 'message.output' }]);
  });

  it('given by an agent behaves the same, and cannot be answered by a result', async () => {
    const model = bank.api.models.plays({ toolCalls: [{ name: 'pay', arguments: { n: 1 } }] });
    const agent = record(
      (await bank.api.send('POST', '/v1/agents', { model, name: 'A', tools: [BANK] })).json,
    );
    expect(agent['tools']).toEqual([BANK]);
    const started = await bank.api.send('POST', '/v1/conversations', { agent_id: agent['id'], inputs: 'Go' });
    const [call] = outputsOf(started);
    expect(call).toMatchObject({ confirmation_status: 'pending', agent_id: agent['id'] });
    const path = `/v1/conversations/${text(record(started.json)['conversation_id'])}`;
    const result = { type: 'function.result', tool_call_id: call?.['tool_call_id'], result: 'I paid.' };
    const refused = await bank.api.send('POST', path, { inputs: [result] });
    expectError(refused, 400);
    expect(refused.json).toMatchObject({
      code: '3230',
      message: expect.stringContaining('tool_confirmations') as string,
    });
  });
});

describe('a decision', () => {
  it('counts once: again it is 200 without effect, another one is 422', async () => {
    const { path, conversationId, ids, model } = await startAsking(bank.api, ['pay']);
    const [id = ''] = ids;
    const first = await bank.api.send('POST', path, { tool_confirmations: [allow(id)] });
    const again = await bank.api.send('POST', path, { tool_confirmations: [allow(id)] });
    expect(again.status).toBe(200);
    expect(again.json).toEqual(first.json);
    const history = await readHistory(bank.api, conversationId);
    const other = await bank.api.send('POST', path, { tool_confirmations: [deny(id)] });
    expectError(other, 422);
    expect(records(record(other.json)['detail'])[0]?.['loc']).toEqual([
      'body',
      'tool_confirmations',
      0,
      'tool_call_id',
    ]);
    // With a question beside it, the repeated word is passed over and the question answered.
    const asked = await bank.api.send('POST', path, { tool_confirmations: [allow(id)], inputs: 'And?' });
    expect(outputsOf(asked)).toMatchObject([{ content: 'And on.' }]);
    expect(bank.made()).toEqual(['pay']);
    expect(bank.api.models.asked(model)).toHaveLength(3);
    expect((await readHistory(bank.api, conversationId)).slice(0, history.length)).toEqual(history);
  });

  it('of two at once, one is carried out', async () => {
    const { path, ids } = await startAsking(bank.api, ['pay']);
    const body = { tool_confirmations: [allow(ids[0] ?? '')] };
    const answers = await Promise.all([1, 2, 3].map(() => bank.api.send('POST', path, body)));
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(bank.made()).toEqual(['pay']);
  });

  it('on anything else is 422 at its place', async () => {
    const { path, ids } = await startAsking(bank.api, ['pay', 'ask_user', 'look']);
    const [held = '', asked = ''] = ids;
    const refuses = async (tool_confirmations: Json[], index: number) => {
      const answer = await bank.api.send('POST', path, { tool_confirmations });
      expectError(answer, 422);
      const [detail] = records(record(answer.json)['detail']);
      expect(detail?.['loc']).toEqual(['body', 'tool_confirmations', index, 'tool_call_id']);
    };
    await refuses([allow(held), allow('Zzzzzzzzz')], 1);
    await refuses([allow(asked)], 0);
    await refuses([allow(held), deny(held)], 1);
    expect(bank.made()).toEqual(['look']);
  });
});

describe('a call confirmed once', () => {
  it('and said again after its turn failed, runs no second time, and the model is asked anew', async () => {
    const model = bank.api.models.plays(
      { toolCalls: [{ name: 'pay', arguments: { n: 1 } }] },
      { status: 400 },
      { status: 400 },
      { text: 'Paid.' },
    );
    const started = await bank.api.send('POST', '/v1/conversations', { model, inputs: 'Go', tools: [BANK] });
    const path = `/v1/conversations/${text(record(started.json)['conversation_id'])}`;
    const body = { tool_confirmations: [allow(text(outputsOf(started)[0]?.['tool_call_id']))] };
    expectError(await bank.api.send('POST', path, body), 400);
    expectError(await bank.api.send('POST', path, body), 400);
    for (const _ of ['the one that goes on', 'and one that hears it once more'])
      expect(outputsOf(await bank.api.send('POST', path, body))).toMatchObject([{ content: 'Paid.' }]);
    expect(bank.made()).toEqual(['pay']);
    expect(bank.api.models.asked(model)).toHaveLength(4);
  });

  it('may be given as history to another conversation, with what came of it', async () => {
    const { path, conversationId, ids } = await startAsking(bank.api, ['pay', 'mail', 'look']);
    const [paid = '', mailed = ''] = ids;
    await bank.api.send('POST', path, { tool_confirmations: [allow(paid), deny(mailed)] });
    const entries = await readHistory(bank.api, conversationId);
    const model = bank.api.models.answers(() => ({ text: 'I know.' }));
    for (const store of [true, false]) {
      const inputs = [...entries, { role: 'user', content: 'And now?' }];
      const body = { model, inputs, store };
      expect(outputsOf(await bank.api.send('POST', '/v1/conversations', body))).toMatchObject([
        { content: 'I know.' },
      ]);
    }
    const told = bank.api.models.asked(model)[0]?.messages.filter(({ role }) => role === 'tool') ?? [];
    expect(told.map(({ tool_call_id, content }) => [tool_call_id, content])).toEqual([
      [paid, 'pay 0 done'],
      [mailed, expect.stringMatching(/did not allow/)],
      [expect.any(String), 'look 2 done'],
    ]);
    // One execution answers one call.
    const twice = { ...entries.find(({ name, type }) => type === 'function.call' && name === 'pay') };
    const again = { model, inputs: [...entries, { ...twice, tool_call_id: 'another12' }] };
    expectError(await bank.api.send('POST', '/v1/conversations', again), 400);
  });
});

it('the official SDK: pending, allow, and both as a stream', async () => {
  const play = () =>
    bank.api.models.plays({ toolCalls: [{ name: 'pay', arguments: { n: 7 } }] }, { text: 'Paid.' });
  const connector = {
    type: 'connector' as const,
    connectorId: 'bank',
    toolConfiguration: { requiresConfirmation: ['pay'] },
  };
  const started = await bank.api.sdk.beta.conversations.start({
    model: play(),
    inputs: 'Go',
    tools: [connector],
  });
  const [call] = started.outputs;
  if (call?.type !== 'function.call') throw new Error(`Not a call: ${JSON.stringify(call)}`);
  expect(call).toMatchObject({ confirmationStatus: 'pending', name: 'pay', arguments: '{"n":7}' });
  const allowed = await bank.api.sdk.beta.conversations.append({
    conversationId: started.conversationId,
    conversationAppendRequest: {
      toolConfirmations: [{ toolCallId: call.toolCallId, confirmation: 'allow' }],
    },
  });
  expect(allowed.outputs).toMatchObject([{ type: 'tool.execution', name: 'pay' }, { content: 'Paid.' }]);

  const events: unknown[] = [];
  const stream = await bank.api.sdk.beta.conversations.startStream({
    model: play(),
    inputs: 'Go',
    tools: [connector],
  });
  let conversationId = '';
  let toolCallId = '';
  for await (const { data } of stream) {
    events.push(data.type);
    if (data.type === 'conversation.response.started') conversationId = data.conversationId;
    if (data.type === 'function.call.delta') {
      expect(data.confirmationStatus).toBe('pending');
      toolCallId = data.toolCallId;
    }
  }
  const second = await bank.api.sdk.beta.conversations.appendStream({
    conversationId,
    conversationAppendStreamRequest: { toolConfirmations: [{ toolCallId, confirmation: 'allow' }] },
  });
  for await (const { data } of second) events.push(data.type);
  expect(events).toEqual([
    'conversation.response.started',
    'function.call.delta',
    'conversation.response.done',
    'conversation.response.started',
    'tool.execution.started',
    'tool.execution.done',
    'message.output.delta',
    'conversation.response.done',
  ]);
});
