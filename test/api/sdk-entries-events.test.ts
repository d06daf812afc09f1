import type { ConversationEventsData, Entry } from '@mistralai/mistralai/models/components';
import { SSETypes } from '@mistralai/mistralai/models/components';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unknownParts } from '../../packages/wire/src/testing/canned-client.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { lastToolTexts } from './scripted-models.ts';

// Every type of entry and event that the official client knows (API reference, conversations), made by the server and
// read by that client. The lists are its own: with a type more, these tables do not compile or do not hold.

type EntryType = NonNullable<Entry['type']>;

const ENTRIES: Readonly<Record<EntryType, 'made'>> = {
  'message.input': 'made',
  'message.output': 'made',
  'function.call': 'made',
  'function.result': 'made',
  'tool.execution': 'made',
  'agent.handoff': 'made',
};
const EVENTS: Readonly<Record<Exclude<ConversationEventsData['type'], 'UNKNOWN'>, 'made'>> = {
  'conversation.response.started': 'made',
  'conversation.response.done': 'made',
  'conversation.response.error': 'made',
  'message.output.delta': 'made',
  'tool.execution.started': 'made',
  'tool.execution.delta': 'made',
  'tool.execution.done': 'made',
  'function.call.delta': 'made',
  'agent.handoff.started': 'made',
  'agent.handoff.done': 'made',
};
const made = (table: Readonly<Record<string, 'made'>>) => new Set(Object.keys(table));

let api: ApiServer;
let tools: ToolServer;

beforeAll(async () => {
  [api, tools] = await Promise.all([
    openApiServer(),
    openSdkV2Server({ tools: [{ name: 'look', inputSchema: {}, handler: () => 'seen' }] }),
  ]);
});
afterAll(async () => {
  await Promise.all([api?.close(), tools?.close()]);
});

/** A desk that hands over to an agent, which looks with a connector's tool, asks the caller's function, and then fails. */
async function createDesk(): Promise<string> {
  const { agents, connectors } = api.sdk.beta;
  await connectors.create({
    protocol: 'mcp',
    name: 'eyes',
    description: 'Looks.',
    server: tools.url,
  });
  const expert = await agents.create({
    name: 'expert',
    model: api.models.plays(
      { toolCalls: [{ name: 'look', arguments: { where: 'in the cellar' } }], argumentPieces: 5 },
      request => ({
        text: `Told: ${lastToolTexts(request).join()}`,
        toolCalls: [{ name: 'ask_user', arguments: {} }],
      }),
      { text: 'All done.' },
      { status: 400 },
    ),
    tools: [
      { type: 'connector', connectorId: 'eyes' },
      { type: 'function', function: { name: 'ask_user', parameters: { type: 'object' } } },
    ],
  });
  const desk = await agents.create({
    name: 'desk',
    model: api.models.plays({ toolCalls: [{ name: 'handoff_to_expert', arguments: {} }] }),
    handoffs: [expert.id],
  });
  return desk.id;
}

it('every entry and event is made by the server and read by the client', async () => {
  const { conversations } = api.sdk.beta;
  const heard = new Set<string>();
  let conversationId = '';
  let toolCallId = '';
  const argumentsSoFar: string[] = [];
  const read = async (stream: Promise<AsyncIterable<{ event: string; data: ConversationEventsData }>>) => {
    for await (const { event, data } of await stream) {
      expect(unknownParts(data)).toEqual([]);
      expect(data.type).toBe(event);
      heard.add(event);
      if (data.type === 'conversation.response.started') conversationId = data.conversationId;
      if (data.type === 'tool.execution.started' || data.type === 'tool.execution.delta')
        argumentsSoFar.push(data.arguments);
      if (data.type === 'function.call.delta') toolCallId = data.toolCallId;
    }
  };
  await read(conversations.startStream({ agentId: await createDesk(), inputs: 'Help' }));
  const append = (inputs: string | { type: 'function.result'; toolCallId: string; result: string }[]) =>
    read(conversations.appendStream({ conversationId, conversationAppendStreamRequest: { inputs } }));
  await append([{ type: 'function.result', toolCallId, result: 'Yes' }]);
  await append('Once more');

  expect(new Set(Object.keys(EVENTS))).toEqual(new Set(Object.values(SSETypes)));
  expect(heard).toEqual(made(EVENTS));

  const history = await conversations.getHistory({ conversationId });
  expect(unknownParts(history)).toEqual([]);
  expect(argumentsSoFar).toHaveLength(5);
  expect(history.entries.find(({ type }) => type === 'tool.execution')).toMatchObject({
    arguments: argumentsSoFar.join(''),
  });
  expect(new Set(history.entries.map(({ type }) => type))).toEqual(made(ENTRIES));
});
