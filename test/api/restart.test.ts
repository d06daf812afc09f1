import { beforeAll, expect, it } from 'vitest';
import type { ToolServer } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { mcpTool, readHistory, runTurn } from './run-turn.ts';
import { record, records, text, type Json } from './shapes.ts';
import { useApi } from './use-api.ts';

const rig = useApi();
let tools: ToolServer;
beforeAll(async () => {
  tools = await rig.openTool(() => 'seen');
});

const said = (model: string) =>
  rig.api.models
    .asked(model)
    .map(({ messages }) => messages.filter(({ role }) => role === 'user').map(({ content }) => content));
const restart = (id: string, body: Json) => rig.api.send('POST', `/v1/conversations/${id}/restart`, body);

it('begins a new conversation with the entries up to one of them; the old one stays as it is', async () => {
  const model = rig.api.models.answers((_request, n) => ({ text: `Answer ${n}` }));
  const first = await runTurn(rig.api, {
    model,
    inputs: 'One',
    name: 'N',
    description: 'D',
    metadata: { a: 1 },
  });
  const id = first.conversationId;
  await rig.api.send('POST', `/v1/conversations/${id}`, { inputs: 'Two' });
  const before = await readHistory(rig.api, id);
  expect(before).toHaveLength(4);

  const answer = await restart(id, { from_entry_id: before[1]?.['id'], inputs: 'Other', metadata: { b: 2 } });
  const body = record(answer.json);
  expect(body).toMatchObject({ object: 'conversation.response', outputs: [{ content: 'Answer 2' }] });
  const newId = text(body['conversation_id']);
  expect(newId).not.toBe(id);
  expect(said(model).at(-1)).toEqual(['One', 'Other']);
  const entries = await readHistory(rig.api, newId);
  expect(entries.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(entries.slice(2)).toMatchObject([{ content: 'Other' }, { content: 'Answer 2' }]);
  expect(await readHistory(rig.api, id)).toEqual(before);
  expect((await rig.api.send('GET', `/v1/conversations/${newId}`)).json).toMatchObject({
    name: 'N',
    description: 'D',
    metadata: { b: 2 },
    model,
  });

  // It can be restarted itself, goes on by itself, and outlives the old one.
  const third = record((await restart(newId, { from_entry_id: entries[2]?.['id'] })).json);
  expect(said(model).at(-1)).toEqual(['One', 'Other']);
  expect((await rig.api.send('DELETE', `/v1/conversations/${id}`)).status).toBe(204);
  await rig.api.send('POST', `/v1/conversations/${text(third['conversation_id'])}`, { inputs: 'On' });
  expect(said(model).at(-1)).toEqual(['One', 'Other', 'On']);
  expect(
    (await rig.api.send('GET', `/v1/conversations/${text(third['conversation_id'])}`)).json,
  ).toMatchObject({
    metadata: { b: 2 },
  });
});

it('keeps the tools, also those of a server given inline, and runs in the middle of an answer', async () => {
  const model = rig.api.models.plays(
    { text: 'Looking.', toolCalls: [{ name: 'look', arguments: {} }] },
    { text: 'Done.' },
    { toolCalls: [{ name: 'look', arguments: {} }] },
    { text: 'Done again.' },
  );
  const first = await runTurn(rig.api, { model, inputs: 'Go', tools: [mcpTool(tools.url)] });
  const execution = first.outputs.find(({ type }) => type === 'tool.execution');
  const answer = record((await restart(first.conversationId, { from_entry_id: execution?.['id'] })).json);
  await rig.api.send('DELETE', `/v1/conversations/${first.conversationId}`);
  expect(answer['outputs']).toMatchObject([{ type: 'tool.execution' }, { content: 'Done again.' }]);
  const messages = rig.api.models.asked(model)[2]?.messages.map(({ role }) => role);
  expect(messages).toEqual(['user', 'assistant', 'tool']);
  const { tools: named } = record(
    (await rig.api.send('GET', `/v1/conversations/${text(answer['conversation_id'])}`)).json,
  );
  const kept = await rig.api.query('select id from tramontane.connectors where id = $1', [
    text(records(named)[0]?.['connector_id']),
  ]);
  expect(kept).toHaveLength(1);
});

it('answers a function otherwise, and never leaves a call open', async () => {
  const ask = { type: 'function', function: { name: 'ask_user', parameters: { type: 'object' } } };
  const pay = { ...mcpTool(tools.url), tool_configuration: { requires_confirmation: ['look'] } };
  const model = rig.api.models.plays(
    { toolCalls: [{ name: 'ask_user', arguments: {} }] },
    { text: 'Yes.' },
    { text: 'No.' },
  );
  const first = await runTurn(rig.api, { model, inputs: 'Go', tools: [ask] });
  const [call] = first.outputs;
  const result = (value: string) => ({
    type: 'function.result',
    tool_call_id: call?.['tool_call_id'],
    result: value,
  });
  await rig.api.send('POST', `/v1/conversations/${first.conversationId}`, { inputs: [result('yes')] });
  const open = await restart(first.conversationId, { from_entry_id: call?.['id'], inputs: 'Never mind' });
  expectError(open, 400);
  expect(open.json).toMatchObject({ code: '3230' });
  const other = await restart(first.conversationId, { from_entry_id: call?.['id'], inputs: [result('no')] });
  expect(record(other.json)['outputs']).toMatchObject([{ content: 'No.' }]);

  const held = rig.api.models.plays({ toolCalls: [{ name: 'look', arguments: {} }] }, { text: 'Fine.' });
  const waiting = await runTurn(rig.api, { model: held, inputs: 'Go', tools: [pay] });
  const asked = waiting.outputs[0];
  const from = { from_entry_id: asked?.['id'] };
  expectError(await restart(waiting.conversationId, from), 400);
  const allow = [{ tool_call_id: asked?.['tool_call_id'], confirmation: 'allow' }];
  await rig.api.send('POST', `/v1/conversations/${waiting.conversationId}`, { tool_confirmations: allow });
  // Allowed there, it waits again where its execution is cut off.
  expectError(await restart(waiting.conversationId, from), 400);
});

it('refuses what is not there or makes no sense', async () => {
  const model = rig.api.models.answers(() => ({ text: 'Hello.' }));
  const { conversationId, outputs } = await runTurn(rig.api, { model, inputs: 'Hi' });
  expectError(await restart(conversationId, { from_entry_id: 'msg_nobody', inputs: 'x' }), 404);
  expectError(await restart('conv_nobody', { from_entry_id: 'x', inputs: 'x' }), 404);
  expectError(await restart(conversationId, { inputs: 'x' }), 422);
  const from_entry_id = outputs[0]?.['id'];
  expectError(await restart(conversationId, { from_entry_id }), 422);
  expectError(await restart(conversationId, { from_entry_id, inputs: 'x', agent_version: 1 }), 422);
  expectError(await restart(conversationId, { from_entry_id, inputs: 'x', tools: [] }), 422);
  const unstored = record((await restart(conversationId, { from_entry_id, inputs: 'x', store: false })).json);
  expect(unstored['outputs']).toMatchObject([{ content: 'Hello.' }]);
  expectError(await rig.api.send('GET', `/v1/conversations/${text(unstored['conversation_id'])}`), 404);
});

it('with an agent takes its current version, or the one that is named', async () => {
  const models = [
    rig.api.models.answers(() => ({ text: 'Old.' })),
    rig.api.models.answers(() => ({ text: 'New.' })),
  ];
  const agent = record((await rig.api.send('POST', '/v1/agents', { model: models[0], name: 'A' })).json);
  const { conversationId, outputs } = await runTurn(rig.api, {
    agent_id: agent['id'],
    agent_version: 0,
    inputs: 'Hi',
  });
  await rig.api.send('PATCH', `/v1/agents/${text(agent['id'])}`, { model: models[1] });
  const from = { from_entry_id: outputs[0]?.['id'], inputs: 'And?' };
  const answers = async (body: Json) => record((await restart(conversationId, body)).json)['outputs'];
  expect(await answers(from)).toMatchObject([{ content: 'New.' }]);
  expect(await answers({ ...from, agent_version: 0 })).toMatchObject([{ content: 'Old.' }]);
});

it('the official SDK restarts, plain and streamed', async () => {
  const model = rig.api.models.answers((_request, n) => ({ text: `Answer ${n}` }));
  const { conversations } = rig.api.sdk.beta;
  const first = await conversations.start({ model, inputs: 'Hi' });
  const [entry] = first.outputs;
  if (entry?.type !== 'message.output' || entry.id === undefined) throw new Error('No message.');
  const { conversationId } = first;
  const request = { fromEntryId: entry.id, inputs: 'Again' };
  const plain = await conversations.restart({ conversationId, conversationRestartRequest: request });
  expect(plain.outputs).toMatchObject([{ content: 'Answer 1' }]);
  const types: string[] = [];
  const stream = await conversations.restartStream({
    conversationId,
    conversationRestartStreamRequest: request,
  });
  for await (const { data } of stream) types.push(data.type);
  expect(types[0]).toBe('conversation.response.started');
  expect(types.at(-1)).toBe('conversation.response.done');
  expect(types).not.toContain('UNKNOWN');
});
