import { expect } from 'vitest';
import { mcpTool } from '../run-turn.ts';
import { record, records, text, type Json } from '../shapes.ts';
import { dataOf, entriesOf, eventsOf, FUNCTION, pathOf, type ToolWish, type Wire } from './open-wire.ts';
import { TOOL_STREAM_CASES } from './tool-stream-cases.ts';
import { error, type WireCase } from './wire-case.ts';

// Section 4: streams of conversations. `wire.stream` holds every stream against the rules that all of them keep.

const DONE = 'conversation.response.done';
const STARTED = 'conversation.response.started';

const withTools = (wire: Wire, ...tools: readonly ToolWish[]) => ({
  model: wire.calls(...tools),
  tools: [mcpTool(wire.tools), FUNCTION],
});
async function handsOver(wire: Wire): Promise<Json> {
  const next = await wire.agent({ name: 'next', model: wire.says('Me.') });
  const desk = await wire.agent({
    name: 'desk',
    model: wire.calls('handoff_to_next'),
    handoffs: [next['id']],
  });
  return { agent_id: desk['id'] };
}

const EVENTS: readonly WireCase[] = [
  [
    '4',
    STARTED,
    async wire => (await wire.stream())[0]?.data,
    { type: STARTED, conversation_id: expect.stringMatching(/^conv_/) },
  ],
  [
    '4',
    'message.output.delta',
    async wire => dataOf(await wire.stream(), 'message.output.delta')[0],
    {
      id: expect.stringMatching(/^msg_/),
      output_index: 0,
      content_index: 0,
      content: expect.any(String),
      role: 'assistant',
      model: expect.any(String),
    },
  ],
  [
    '4',
    'function.call.delta, its arguments a text',
    async wire =>
      dataOf(
        await wire.stream(withTools(wire, { name: 'ask_user', arguments: { q: 1 } })),
        'function.call.delta',
      ),
    [
      {
        id: expect.stringMatching(/^fc_/),
        name: 'ask_user',
        tool_call_id: expect.any(String),
        arguments: '{"q":1}',
        output_index: 0,
      },
    ],
  ],
  [
    '4',
    'agent.handoff.started and agent.handoff.done',
    async wire => {
      const frames = await wire.stream(await handsOver(wire));
      return [...dataOf(frames, 'agent.handoff.started'), ...dataOf(frames, 'agent.handoff.done')];
    },
    [
      {
        id: expect.stringMatching(/^handoff_/),
        previous_agent_id: expect.any(String),
        previous_agent_name: 'desk',
        output_index: 0,
      },
      { next_agent_id: expect.any(String), next_agent_name: 'next', output_index: 0 },
    ],
  ],
  [
    '4',
    DONE,
    async wire => (await wire.stream()).at(-1)?.data,
    { type: DONE, usage: { total_tokens: expect.any(Number) } },
  ],
  [
    '4',
    'conversation.response.error',
    async wire =>
      (await wire.stream({ model: wire.api.models.answers(() => ({ status: 400 })) })).at(-1)?.data,
    { type: 'conversation.response.error', message: expect.stringMatching(/\S/), code: 400 },
  ],
];

const ORDER: readonly WireCase[] = [
  [
    '4.1',
    'the first event comes before anything of the model',
    async wire => eventsOf(await wire.stream()),
    [STARTED, 'message.output.delta', DONE],
  ],
  [
    '4.1',
    'and names the conversation that can be read afterwards',
    async wire => (await wire.send('GET', pathOf.conversation((await wire.stream())[0]?.data ?? {}))).status,
    200,
  ],
  [
    '4.2',
    'entries put together from a stream are those of the history',
    async wire => {
      const model = wire.api.models.plays(
        { text: 'I look.', toolCalls: ['look', 'act'].map(name => ({ name, arguments: {} })) },
        { text: 'Done.' },
      );
      const frames = await wire.stream({ model, tools: [mcpTool(wire.tools)] });
      const path = `${pathOf.conversation(frames[0]?.data ?? {})}/history`;
      const history = records(record(await wire.get(path))['entries']).slice(1);
      return [
        entriesOf(frames).map(({ type }) => type),
        JSON.stringify(entriesOf(frames).map(({ id }) => id)) === JSON.stringify(history.map(({ id }) => id)),
      ];
    },
    [['message.output', 'tool.execution', 'tool.execution', 'message.output'], true],
  ],
  [
    '4.3',
    'text comes in pieces, all of one content_index',
    async wire => {
      const deltas = dataOf(
        await wire.stream({ model: wire.says('One two three four') }),
        'message.output.delta',
      );
      return [
        deltas.length > 1,
        deltas.map(({ content }) => content).join(''),
        new Set(deltas.map(({ content_index }) => content_index)),
      ];
    },
    [true, 'One two three four', new Set([0])],
  ],
  [
    '4.3',
    'thinking is one chunk an event, and the text after it has the next content_index',
    async wire => {
      const model = wire.api.models.answers(() => ({ thinking: 'Hm.', text: 'Ok.' }));
      const deltas = dataOf(await wire.stream({ model }), 'message.output.delta');
      return [deltas[0], deltas.at(-1)];
    },
    [
      { content_index: 0, content: { type: 'thinking', thinking: [{ type: 'text' }] } },
      { content_index: 1, content: expect.any(String) },
    ],
  ],
  [
    '4.5',
    'started, done, then the next agent',
    async wire => eventsOf(await wire.stream(await handsOver(wire))),
    [STARTED, 'agent.handoff.started', 'agent.handoff.done', 'message.output.delta', DONE],
  ],
  ...(
    [
      ['breaks off', { text: 'One two three', dropAfterChunks: 3 }],
      ['says an error', { text: 'One two', errorInStream: { error: { message: 'overloaded' } } }],
      ['answers 500', { status: 500 }],
    ] as const
  ).map(([what, reply]): WireCase => [
    '4.6',
    `a vendor that ${what}: one error, nothing after it, and the question is kept`,
    async wire => {
      const frames = await wire.stream({ model: wire.api.models.answers(() => reply) });
      const path = `${pathOf.conversation(frames[0]?.data ?? {})}/history`;
      return [frames.at(-1), records(record(await wire.get(path))['entries'])[0]];
    },
    [{ event: 'conversation.response.error', data: { code: 502 } }, { content: 'Hi' }],
  ]),
  [
    '4.7',
    'an unknown agent, and a wrong shape',
    async wire => [
      await wire.send('POST', '/v1/conversations', { agent_id: 'ag_nobody', inputs: 'Hi', stream: true }),
      await wire.send('POST', '/v1/conversations', { model: 'x', inputs: '', stream: true }),
    ],
    [error(404), error(422)],
  ],
  [
    '4.8',
    'for a function of the caller’s',
    async wire => eventsOf(await wire.stream(withTools(wire, 'ask_user'))),
    [STARTED, 'function.call.delta', DONE],
  ],
  [
    '4.8',
    'for the word of a person',
    async wire => {
      const tools = [{ ...mcpTool(wire.tools), tool_configuration: { requires_confirmation: ['act'] } }];
      const frames = await wire.stream({ model: wire.calls('act'), tools });
      return [eventsOf(frames), dataOf(frames, 'function.call.delta')];
    },
    [[STARTED, 'function.call.delta', DONE], [{ confirmation_status: 'pending', name: 'act' }]],
  ],
  [
    '4.9',
    'usage is always there, also where the vendor counts nothing',
    async wire => {
      const model = wire.api.models.answers(() => ({ text: 'Hi.', usage: null }));
      return (await wire.stream({ model })).at(-1)?.data;
    },
    { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } },
  ],
  [
    '4.9',
    'an append and a restart stream as a start does',
    async wire => {
      const turn = await wire.start();
      const path = pathOf.conversation(turn);
      const from_entry_id = text(records(turn['outputs'])[0]?.['id']);
      return [
        eventsOf(await wire.stream({ inputs: 'And?' }, path)),
        eventsOf(await wire.stream({ inputs: 'Or?', from_entry_id }, `${path}/restart`)),
      ];
    },
    [
      [STARTED, 'message.output.delta', DONE],
      [STARTED, 'message.output.delta', DONE],
    ],
  ],
];

export const STREAM_CASES: readonly WireCase[] = [...EVENTS, ...TOOL_STREAM_CASES, ...ORDER];
