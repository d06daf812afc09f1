import { beforeAll, describe, expect, it } from 'vitest';
import type { ToolServer } from '@tramontane/testkit/tool-servers';
import { mcpTool, readHistory, runTurn } from './run-turn.ts';
import { lastToolTexts } from './scripted-models.ts';
import { infoText, record, records, text, type Json } from './shapes.ts';
import { useApi } from './use-api.ts';

const rig = useApi();
let tools: ToolServer;
beforeAll(async () => {
  tools = await rig.openTool(() => 'seen');
});

async function createAgent(body: Json): Promise<string> {
  const answer = await rig.api.send('POST', '/v1/agents', body);
  if (answer.status !== 200) throw new Error(answer.text);
  return text(record(answer.json)['id']);
}

const handsTo = (name: string, more: readonly string[] = []) => ({
  text: 'Let me pass you on.',
  toolCalls: [...more, `handoff_to_${name}`].map(tool => ({ name: tool, arguments: {} })),
});
const typesOf = (entries: readonly Json[]) => entries.map(({ type }) => type);

describe('on the server', () => {
  it.each([false, true])(
    'the next agent answers with its own model, words and tools, streamed: %s',
    async stream => {
      const expert = rig.api.models.plays(
        { toolCalls: [{ name: 'look', arguments: {} }] },
        request => ({ text: `I am the expert: ${lastToolTexts(request).join()}` }),
        { text: 'Still me.' },
      );
      const expertId = await createAgent({
        model: expert,
        name: 'expert',
        description: 'Knows it all.',
        instructions: 'Be the expert.',
        tools: [mcpTool(tools.url)],
      });
      const desk = rig.api.models.plays(handsTo('expert'));
      const deskId = await createAgent({ model: desk, name: 'desk', handoffs: [expertId] });
      const turn = await runTurn(rig.api, { agent_id: deskId, inputs: 'Help' }, stream);
      expect(turn.outputs).toMatchObject([
        { type: 'message.output', agent_id: deskId, model: desk },
        {
          type: 'agent.handoff',
          previous_agent_id: deskId,
          previous_agent_name: 'desk',
          next_agent_id: expertId,
          next_agent_name: 'expert',
        },
        { type: 'tool.execution', name: 'look', agent_id: expertId, model: expert },
        { type: 'message.output', agent_id: expertId, content: 'I am the expert: seen' },
      ]);
      // The first agent was offered the handoff as a tool that says what the other one does; the other one has its own.
      const [offered] = rig.api.models.asked(desk)[0]?.tools ?? [];
      expect(offered).toMatchObject({ name: 'handoff_to_expert' });
      expect(offered?.description).toMatch(/Knows it all\./);
      const asked = rig.api.models.asked(expert)[0];
      expect(asked?.tools.map(({ name }) => name)).toEqual(['look']);
      expect(asked?.messages[0]).toMatchObject({ role: 'system', content: 'Be the expert.' });
      expect(JSON.stringify(asked?.messages)).not.toContain('handoff_to_expert');
      // Last an assistant's words, the next agent's would be their continuation.
      expect(asked?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);

      // The agent that took over stays in charge.
      const path = `/v1/conversations/${turn.conversationId}`;
      const next = record((await rig.api.send('POST', path, { inputs: 'And?' })).json);
      expect(next['outputs']).toMatchObject([{ content: 'Still me.', agent_id: expertId }]);
    },
  );

  it('tools of the same answer run first, and only one handoff of an answer is made', async () => {
    const second = await createAgent({ model: rig.api.models.plays({ text: 'Second.' }), name: 'second' });
    const third = await createAgent({ model: rig.api.models.plays(), name: 'third' });
    const first = await createAgent({
      model: rig.api.models.plays(handsTo('second', ['look', 'handoff_to_third'].toReversed().slice(1))),
      name: 'first',
      tools: [mcpTool(tools.url)],
      handoffs: [second, third],
    });
    const { outputs } = await runTurn(rig.api, { agent_id: first, inputs: 'Go' });
    expect(typesOf(outputs)).toEqual(['message.output', 'tool.execution', 'agent.handoff', 'message.output']);

    const both = await createAgent({
      model: rig.api.models.plays({
        toolCalls: ['handoff_to_second', 'handoff_to_third'].map(name => ({ name, arguments: {} })),
      }),
      name: 'both',
      handoffs: [await createAgent({ model: rig.api.models.plays({ text: 'Me.' }), name: 'second' }), third],
    });
    const answer = await runTurn(rig.api, { agent_id: both, inputs: 'Go' });
    expect(answer.outputs).toMatchObject([
      { type: 'agent.handoff', next_agent_name: 'second' },
      { type: 'tool.execution', name: 'handoff_to_third', info: { code: 'one_handoff' } },
      { type: 'message.output', content: 'Me.' },
    ]);
  });

  it('agents that hand over to one another come to an end', async () => {
    const ping = rig.api.models.answers(request =>
      /10 times/.test(JSON.stringify(request.messages)) ? { text: 'I stay.' } : handsTo('pong'),
    );
    const pong = rig.api.models.answers(request =>
      /10 times/.test(JSON.stringify(request.messages)) ? { text: 'I stay.' } : handsTo('ping'),
    );
    const pingId = await createAgent({ model: ping, name: 'ping' });
    const pongId = await createAgent({ model: pong, name: 'pong', handoffs: [pingId] });
    await rig.api.send('PATCH', `/v1/agents/${pingId}`, { handoffs: [pongId] });
    const { outputs } = await runTurn(rig.api, { agent_id: pingId, inputs: 'Go' });
    expect(outputs.filter(({ type }) => type === 'agent.handoff')).toHaveLength(10);
    expect(infoText(outputs.find(({ type }) => type === 'tool.execution') ?? {})).toMatch(
      /limit of one turn/,
    );
    expect(outputs.at(-1)).toMatchObject({ type: 'message.output', content: 'I stay.' });
  });

  it('an agent that was deleted is not offered, and one deleted meanwhile does not take over', async () => {
    const gone = await createAgent({ model: 'never-asked', name: 'gone' });
    const model = rig.api.models.plays(
      async () => {
        await rig.api.send('DELETE', `/v1/agents/${gone}`);
        return handsTo('gone');
      },
      request => ({ text: `Told: ${lastToolTexts(request).join()}` }),
      { text: 'Alone.' },
    );
    const id = await createAgent({ model, name: 'left', handoffs: [gone] });
    const { outputs } = await runTurn(rig.api, { agent_id: id, inputs: 'Go' });
    expect(text(outputs.at(-1)?.['content'])).toMatch(/^Told: .*no such agent/);
    await runTurn(rig.api, { agent_id: id, inputs: 'Go' });
    expect(rig.api.models.asked(model).at(-1)?.tools).toEqual([]);
  });

  it('a call of the next agent that waits for a person runs with that agent', async () => {
    const expert = rig.api.models.plays({ toolCalls: [{ name: 'look', arguments: {} }] }, request => ({
      text: lastToolTexts(request).join(),
    }));
    const tool = { ...mcpTool(tools.url), tool_configuration: { requires_confirmation: ['look'] } };
    const expertId = await createAgent({ model: expert, name: 'expert', tools: [tool] });
    const deskId = await createAgent({
      model: rig.api.models.plays(handsTo('expert')),
      name: 'desk',
      handoffs: [expertId],
    });
    const { outputs, conversationId } = await runTurn(rig.api, { agent_id: deskId, inputs: 'Go' }, true);
    expect(outputs.at(-1)).toMatchObject({
      type: 'function.call',
      confirmation_status: 'pending',
      agent_id: expertId,
    });
    const body = {
      tool_confirmations: [{ tool_call_id: outputs.at(-1)?.['tool_call_id'], confirmation: 'allow' }],
    };
    const answer = record((await rig.api.send('POST', `/v1/conversations/${conversationId}`, body)).json);
    expect(answer['outputs']).toMatchObject([
      { type: 'tool.execution', agent_id: expertId },
      { content: 'seen' },
    ]);
  });
});

describe('on the client', () => {
  it.each([false, true])(
    'the turn ends with the handoff; appending goes on with the next agent, streamed: %s',
    async stream => {
      const expert = rig.api.models.plays({ text: 'Now me.' });
      const expertId = await createAgent({ model: expert, name: 'expert' });
      const deskId = await createAgent({
        model: rig.api.models.plays(handsTo('expert')),
        name: 'desk',
        handoffs: [expertId],
      });
      const body = { agent_id: deskId, inputs: 'Go', handoff_execution: 'client' };
      const { outputs, conversationId } = await runTurn(rig.api, body, stream);
      expect(typesOf(outputs)).toEqual(['message.output', 'agent.handoff']);
      expect(rig.api.models.asked(expert)).toEqual([]);
      const path = `/v1/conversations/${conversationId}`;
      const answer = record(
        (await rig.api.send('POST', path, { inputs: [], handoff_execution: 'client' })).json,
      );
      expect(answer['outputs']).toMatchObject([{ content: 'Now me.', agent_id: expertId }]);
      expect(typesOf(await readHistory(rig.api, conversationId))).toEqual([
        'message.input',
        'message.output',
        'agent.handoff',
        'message.output',
      ]);
    },
  );
});

it('a conversation with a version of its agent keeps to it when the agent is handed back to', async () => {
  const back = rig.api.models.answers(() => handsTo('desk'));
  const expertId = await createAgent({ model: back, name: 'expert' });
  const desk = rig.api.models.answers((_request, n) => (n === 0 ? handsTo('expert') : { text: 'Me again.' }));
  const deskId = await createAgent({
    model: desk,
    name: 'desk',
    handoffs: [expertId],
    instructions: 'Speak old.',
  });
  await rig.api.send('PATCH', `/v1/agents/${expertId}`, { handoffs: [deskId] });
  await rig.api.send('PATCH', `/v1/agents/${deskId}`, { instructions: 'Speak new.' });
  const { conversationId } = await runTurn(rig.api, { agent_id: deskId, agent_version: 0, inputs: 'Hi' });
  await rig.api.send('POST', `/v1/conversations/${conversationId}`, { inputs: 'And?' });
  const told = rig.api.models.asked(desk).map(({ messages }) => messages[0]?.['content']);
  expect(told).toEqual(['Speak old.', 'Speak old.', 'Speak old.']);
});

it('a handoff that a caller writes into a history puts nobody in charge', async () => {
  const other = await createAgent({ model: rig.api.models.plays(), name: 'other' });
  const own = await createAgent({
    model: rig.api.models.plays({ text: 'Own.' }, { text: 'Own again.' }),
    name: 'own',
  });
  const handoff = {
    type: 'agent.handoff',
    previous_agent_id: own,
    previous_agent_name: 'own',
    next_agent_id: other,
    next_agent_name: 'other',
  };
  const inputs = [{ role: 'user', content: 'Hi' }, handoff, { role: 'user', content: 'Who?' }];
  const { conversationId, outputs } = await runTurn(rig.api, { agent_id: own, inputs });
  expect(outputs).toMatchObject([{ content: 'Own.' }]);
  const next = await rig.api.send('POST', `/v1/conversations/${conversationId}`, { inputs: 'And?' });
  expect(record(next.json)['outputs']).toMatchObject([{ content: 'Own again.' }]);
});

it('the official SDK reads handoffs, plain and streamed', async () => {
  const expertId = await createAgent({
    model: rig.api.models.answers(() => ({ text: 'Me.' })),
    name: 'expert',
  });
  const deskId = await createAgent({
    model: rig.api.models.answers(() => handsTo('expert')),
    name: 'desk',
    handoffs: [expertId],
  });
  const plain = await rig.api.sdk.beta.conversations.start({ agentId: deskId, inputs: 'Go' });
  expect(plain.outputs.map(({ type }) => type)).toEqual([
    'message.output',
    'agent.handoff',
    'message.output',
  ]);
  const events: Json[] = [];
  for await (const { data } of await rig.api.sdk.beta.conversations.startStream({
    agentId: deskId,
    inputs: 'Go',
  })) {
    events.push({ ...data });
  }
  expect(
    records(events)
      .map(({ type }) => type)
      .filter(type => String(type).startsWith('agent')),
  ).toEqual(['agent.handoff.started', 'agent.handoff.done']);
  const done = events.find(({ type }) => type === 'agent.handoff.done');
  expect(done).toMatchObject({ nextAgentId: expertId, nextAgentName: 'expert' });
});
