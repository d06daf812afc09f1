import { describe, expect, it } from 'vitest';
import { openRestServer, openSdkV1Server, openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { openGate, type Gate } from './gate.ts';
import { mcpTool, readHistory } from './run-turn.ts';
import { lastToolTexts } from './scripted-models.ts';
import { eventually, record, type Json } from './shapes.ts';
import { openReader, postStart } from './stream-reader.ts';
import { expectRules } from './stream-rules.ts';
import { useApi } from './use-api.ts';

const rig = useApi();

/** The conversation that was started with this agent. */
async function conversationOf(agentId: unknown): Promise<string> {
  return await eventually('the conversation', async () => {
    const list = await rig.api.sdk.beta.conversations.list({});
    return list.find(item => 'agentId' in item && item.agentId === agentId)?.id;
  });
}

describe('a caller that goes away', () => {
  it.each([true, false])('from a stored turn does not stop it, streamed: %s', async stream => {
    const gate = openGate();
    const arrived = openGate();
    const server = await rig.openTool(async () => {
      arrived.open();
      await gate.passed;
      return 'done without you';
    });
    const model = rig.api.models.plays({ toolCalls: [{ name: 'look', arguments: {} }] }, request => ({
      text: lastToolTexts(request).join(),
    }));
    const agent = record(
      (await rig.api.send('POST', '/v1/agents', { model, name: 'A', tools: [mcpTool(server.url)] })).json,
    );
    const gone = new AbortController();
    const call = postStart(rig.api, { agent_id: agent['id'], inputs: 'Go', stream }, gone.signal);
    await arrived.passed;
    gone.abort();
    await expect(call.then(response => response.text())).rejects.toThrow(/abort/);
    gate.open();
    const id = await conversationOf(agent['id']);
    const history = await eventually('the end of the turn', async () => {
      const entries = await readHistory(rig.api, id);
      return entries.length === 3 ? entries : undefined;
    });
    expect(history.map(({ type }) => type)).toEqual(['message.input', 'tool.execution', 'message.output']);
    expect(history[2]).toMatchObject({ content: 'done without you' });
    expect(server.calls).toHaveLength(1);
  });

  it.each([
    ['SDK 1.x', openSdkV1Server],
    ['SDK 2.x', openSdkV2Server],
    ['REST form', openRestServer],
  ] as const)('from a turn with store:false stops the call of a tool: %s', async (_name, openServer) => {
    const { server, arrived, stopped } = await rig.openHangingTool(openServer);
    const model = rig.api.models.plays({ toolCalls: [{ name: 'look', arguments: {} }] });
    await expectStops({ model, tools: [mcpTool(server.url)] }, arrived, stopped);
    expect(rig.api.models.asked(model)).toHaveLength(1);
  });

  it('from a turn with store:false stops the model', async () => {
    const arrived = openGate();
    const stopped = openGate();
    const before = rig.api.models.abandoned();
    const model = rig.api.models.plays(() => {
      arrived.open();
      return { text: 'One two three', hangAfterChunks: 1 };
    });
    const watch = eventually('the vendor seeing its client go', () =>
      rig.api.models.abandoned() > before ? true : undefined,
    ).then(stopped.open);
    await expectStops({ model }, arrived, stopped);
    await watch;
  });
});

/** Starts a turn with store:false, leaves it once `arrived`, and waits until `stopped`; nothing of it is kept. */
async function expectStops(body: Json, arrived: Gate, stopped: Gate): Promise<void> {
  const [{ count: before } = {}] = await rig.api.query('select count(*) from tramontane.conversations');
  const reader = await openReader(rig.api, { ...body, inputs: 'Go', store: false });
  await reader.until('conversation_id');
  const id = /conv_[0-9a-f]+/.exec(reader.heard())?.[0] ?? '';
  await arrived.passed;
  reader.leave();
  await stopped.passed;
  expectError(await rig.api.send('GET', `/v1/conversations/${id}`), 404);
  expectError(await rig.api.send('GET', `/v1/conversations/${id}/history`), 404);
  const [{ count: after } = {}] = await rig.api.query('select count(*) from tramontane.conversations');
  expect(after).toBe(before);
}

describe('a conversation that is deleted while it answers', () => {
  it.each([true, false])('ends its readers with 404, streamed: %s', async stream => {
    const gate = openGate();
    const model = rig.api.models.plays(async () => {
      await gate.passed;
      return { text: 'To nobody.' };
    });
    const agent = record((await rig.api.send('POST', '/v1/agents', { model, name: 'A' })).json);
    const call = rig.api.send('POST', '/v1/conversations', { agent_id: agent['id'], inputs: 'Go', stream });
    const id = await conversationOf(agent['id']);
    expect((await rig.api.send('DELETE', `/v1/conversations/${id}`)).status).toBe(204);
    gate.open();
    const answer = await call;
    if (!stream) return expectError(answer, 404);
    expect(expectRules(answer.text).at(-1)).toMatchObject({
      event: 'conversation.response.error',
      data: { code: 404 },
    });
  });
});
