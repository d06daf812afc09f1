import { expect } from 'vitest';
import { mcpTool } from '../run-turn.ts';
import { record, records, text, type Json } from '../shapes.ts';
import { FUNCTION, pathOf, type Wire } from './open-wire.ts';
import { error, invalid, type WireCase } from './wire-case.ts';

// Section 7.2: calls that wait for a person; 7.3: tools and handoffs in conversations; 8: open points.

const guarded = (wire: Wire): Json => ({
  ...mcpTool(wire.tools),
  tool_configuration: { requires_confirmation: ['act', 'look'] },
});
const word = (confirmation: string) => (tool_call_id: string) => ({ tool_call_id, confirmation });
const [allow, deny] = [word('allow'), word('deny')];

/** A conversation whose model asked for these tools at once. */
async function waiting(wire: Wire, ...tools: string[]) {
  const turn = await wire.start({ model: wire.calls(...tools), tools: [guarded(wire), FUNCTION] });
  const path = pathOf.conversation(turn);
  const ids = records(turn['outputs']).flatMap(each =>
    each['type'] === 'function.call' ? text(each['tool_call_id']) : [],
  );
  const confirm = async (...tool_confirmations: Json[]) =>
    await wire.send('POST', path, { tool_confirmations });
  const history = async () =>
    records(record(await wire.get(`${path}/history`))['entries']).map(each => [
      each['type'],
      each['confirmation_status'],
    ]);
  return { turn, path, first: ids[0] ?? '', second: ids[1] ?? '', confirm, history };
}
const outputs = (...list: Json[]) => ({ status: 200, body: { outputs: list } });
const PLACE = ['body', 'tool_confirmations', 0, 'tool_call_id'] as const;

const CONFIRMATION: readonly WireCase[] = [
  [
    '7.2',
    'a tool that needs it is not run; the answer holds the call, pending',
    async wire => (await waiting(wire, 'act')).turn['outputs'],
    [
      {
        type: 'function.call',
        name: 'act',
        arguments: '{}',
        confirmation_status: 'pending',
        tool_call_id: expect.any(String),
      },
    ],
  ],
  [
    '7.2',
    'others of the same answer run at once',
    async wire => (await waiting(wire, 'act', 'fails')).turn['outputs'],
    [{ type: 'function.call' }, { type: 'tool.execution', name: 'fails' }],
  ],
  [
    '7.2',
    'allow runs it, and the model goes on; the history keeps the call as allowed',
    async wire => {
      const { first, confirm, history } = await waiting(wire, 'act');
      return [await confirm(allow(first)), await history()];
    },
    [
      outputs({ type: 'tool.execution', name: 'act' }, { type: 'message.output', content: 'Told: done' }),
      [
        ['message.input', undefined],
        ['function.call', 'allowed'],
        ['tool.execution', undefined],
        ['message.output', undefined],
      ],
    ],
  ],
  [
    '7.2',
    'inputs may be an empty list beside it, with the defaults of clients',
    async wire => {
      const { path, first } = await waiting(wire, 'act');
      const body = {
        inputs: [],
        tool_confirmations: [allow(first)],
        stream: false,
        store: true,
        handoff_execution: 'server',
      };
      return await wire.send('POST', path, body);
    },
    outputs({ type: 'tool.execution' }, { type: 'message.output' }),
  ],
  [
    '7.2',
    'deny tells the model, which answers without it; the history keeps the refusal',
    async wire => {
      const { first, confirm, history } = await waiting(wire, 'act');
      return [await confirm(deny(first)), await history()];
    },
    [
      outputs({ type: 'message.output', content: expect.stringContaining('did not allow') }),
      [
        ['message.input', undefined],
        ['function.call', 'denied'],
        ['function.result', undefined],
        ['message.output', undefined],
      ],
    ],
  ],
  [
    '8',
    'a part of them: the allowed run, the model waits, the others are pending again',
    async wire => {
      const { second, confirm } = await waiting(wire, 'look', 'act');
      return await confirm(allow(second));
    },
    outputs(
      { type: 'tool.execution', name: 'act' },
      { type: 'function.call', name: 'look', confirmation_status: 'pending' },
    ),
  ],
  [
    '7.2',
    'results of functions and words go together',
    async wire => {
      const { path, first, second } = await waiting(wire, 'ask_user', 'act');
      const inputs = [{ type: 'function.result', tool_call_id: first, result: 'yes' }];
      return await wire.send('POST', path, { inputs, tool_confirmations: [allow(second)] });
    },
    outputs({ type: 'tool.execution', name: 'act' }, { content: 'Told: yes | done' }),
  ],
  ...(
    [
      ['nothing', {}],
      ['empty inputs', { inputs: [] }],
      ['empty inputs and null, as the loop of a client sends them', { inputs: [], tool_confirmations: null }],
      ['another question', { inputs: 'Never mind' }],
    ] as const
  ).flatMap(([what, body]) =>
    [false, true].map((stream): WireCase => [
      '7.2',
      `while it waits, ${what} is 3230, streamed: ${stream}`,
      async wire => await wire.send('POST', (await waiting(wire, 'act')).path, { ...body, stream }),
      error(400, { code: '3230' }),
    ]),
  ),
  [
    '7.2',
    'an unknown call is named by its place',
    async wire => await (await waiting(wire, 'act')).confirm(allow('Zzzzzzzzz')),
    invalid(PLACE),
  ],
  [
    '7.2',
    'the same word again is 200 and runs nothing; another one is 422',
    async wire => {
      const { first, confirm } = await waiting(wire, 'act');
      const once = await confirm(allow(first));
      const again = await confirm(allow(first));
      return [again.status, again.text === once.text, await confirm(deny(first))];
    },
    [200, true, invalid(PLACE)],
  ],
  [
    '7.2',
    'with store:false nothing can wait',
    async wire =>
      await wire.send('POST', '/v1/conversations', {
        model: 'x',
        inputs: 'Hi',
        tools: [guarded(wire)],
        store: false,
      }),
    error(400, { param: 'store' }),
  ],
  [
    '7.2',
    'a direct call is the caller’s own word',
    async wire => {
      const agent = await wire.agent({ tools: [guarded(wire)] });
      const id = text(records(agent['tools'])[0]?.['connector_id']);
      return (await wire.send('POST', `/v1/connectors/${id}/tools/act/call`, {})).status;
    },
    200,
  ],
];

async function handsOver(wire: Wire, more: Json = {}) {
  const next = await wire.agent({ name: 'next', model: wire.says('Me.'), instructions: 'Be next.' });
  const desk = await wire.agent({
    name: 'desk',
    model: wire.calls('handoff_to_next'),
    handoffs: [next['id']],
  });
  return await wire.start({ agent_id: desk['id'], ...more });
}

const CONVERSATIONS: readonly WireCase[] = [
  [
    '7.3',
    'tools of several connectors, and functions, mix',
    async wire => {
      const model = wire.says();
      await wire.start({
        model,
        tools: [
          mcpTool(wire.tools),
          mcpTool(wire.whoami.url, { tool_configuration: { include: ['whoami'] } }),
          FUNCTION,
        ],
      });
      return (wire.api.models.asked(model)[0]?.tools ?? []).map(({ name }) => name).sort();
    },
    ['act', 'ask_user', 'fails', 'look', 'whoami'],
  ],
  [
    '7.3',
    'the system_prompt of a connector is put before the model, after the instructions',
    async wire => {
      const { id } = await wire.connector({ system_prompt: 'Ask the shelf first.' });
      const model = wire.says();
      await wire.start({
        model,
        instructions: 'Be short.',
        tools: [{ type: 'connector', connector_id: id }],
      });
      return wire.api.models.asked(model)[0]?.messages[0];
    },
    { role: 'system', content: expect.stringMatching(/^Be short\.[^]*Ask the shelf first\./) },
  ],
  [
    '7.3',
    'an agent just loses the tools of a connector that was deleted',
    async wire => {
      const connector = await wire.connector();
      const model = wire.says();
      const agent = await wire.agent({
        model,
        tools: [{ type: 'connector', connector_id: connector['id'] }],
      });
      await wire.send('DELETE', pathOf.connector(connector));
      await wire.start({ agent_id: agent['id'] });
      return wire.api.models.asked(model)[0]?.tools;
    },
    [],
  ],
  [
    '7.3',
    'on the server, the next agent answers',
    async wire => (await handsOver(wire))['outputs'],
    [{ type: 'agent.handoff' }, { type: 'message.output', content: 'Me.' }],
  ],
  [
    '7.3',
    'on the client, the answer ends with the handoff, and an append goes on with the next agent',
    async wire => {
      const turn = await handsOver(wire, { handoff_execution: 'client' });
      const next = await wire.send('POST', pathOf.conversation(turn), {
        inputs: [],
        handoff_execution: 'client',
      });
      return [turn['outputs'], next];
    },
    [[{ type: 'agent.handoff' }], outputs({ type: 'message.output', content: 'Me.' })],
  ],
  [
    '8',
    'an append keeps the id of its conversation',
    async wire => {
      const turn = await wire.start();
      const { body } = await wire.send('POST', pathOf.conversation(turn), { inputs: 'And?' });
      return record(body)['conversation_id'] === turn['conversation_id'];
    },
    true,
  ],
];

export const BEHAVIOUR_CASES: readonly WireCase[] = [...CONFIRMATION, ...CONVERSATIONS];
