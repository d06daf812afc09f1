import { expect } from 'vitest';
import { records } from '../shapes.ts';
import { historyOf, outputsOf, REPLY } from './entry-turns.ts';
import { ask, error, type WireCase } from './wire-case.ts';

// Sections 3.1 and 3.2: entries and chunks, in and out.

const CALL = { type: 'function.call', tool_call_id: 'abcDEF123', name: 'f', arguments: '{"a":1}' };
const RESULT = { type: 'function.result', tool_call_id: 'abcDEF123', result: 'told' };
const EXECUTION = {
  type: 'tool.execution',
  name: 'code_interpreter',
  arguments: '{}',
  info: { code: '1', code_output: '1' },
};
const HANDOFF = {
  type: 'agent.handoff',
  previous_agent_id: 'ag_a',
  previous_agent_name: 'A',
  next_agent_id: 'ag_b',
  next_agent_name: 'B',
};

const IN: readonly WireCase[] = [
  [
    '3.1',
    'message.input as input',
    async wire =>
      await historyOf(wire, [{ type: 'message.input', role: 'user', content: 'A', prefix: true }]),
    [{ type: 'message.input', content: 'A', prefix: true }, {}, {}],
  ],
  [
    '3.1',
    'message.output as input',
    async wire => await historyOf(wire, [REPLY]),
    [{ type: 'message.output', content: 'Hello.' }, {}, {}],
  ],
  [
    '3.1',
    'function.call and its result as input',
    async wire => await historyOf(wire, [CALL, RESULT]),
    [CALL, RESULT, {}, {}],
  ],
  [
    '3.1',
    'arguments of a call may be an object',
    async wire => await historyOf(wire, [{ ...CALL, arguments: { a: 1 } }, RESULT]),
    [
      {
        type: 'function.call',
        arguments: expect.toSatisfy(
          (args: unknown) => JSON.stringify(typeof args === 'string' ? JSON.parse(args) : args) === '{"a":1}',
        ),
      },
      RESULT,
      {},
      {},
    ],
  ],
  [
    '3.1',
    'tool.execution as input, with its info as it was',
    async wire => await historyOf(wire, [EXECUTION]),
    [EXECUTION, {}, {}],
  ],
  ['3.1', 'agent.handoff as input', async wire => await historyOf(wire, [HANDOFF]), [HANDOFF, {}, {}]],
  [
    '3.1',
    'the type is known by the other keys',
    async wire =>
      await historyOf(
        wire,
        [CALL, RESULT, HANDOFF].map(({ type: _type, ...rest }) => rest),
      ),
    [{ type: 'function.call' }, { type: 'function.result' }, { type: 'agent.handoff' }, {}, {}],
  ],
  [
    '3.1',
    'ids and times of a caller are the server’s own in the end',
    async wire => {
      const head = {
        object: 'entry',
        id: 'msg_mine',
        created_at: '2026-01-01T00:00:00+01:00',
        completed_at: null,
      };
      const [first] = await historyOf(wire, [{ ...head, role: 'user', content: 'A' }]);
      return first?.['id'] === 'msg_mine';
    },
    false,
  ],
  [
    '3.1',
    'an object of older documentation is refused',
    ask('POST', '/v1/conversations', {
      model: 'offline',
      inputs: [{ object: 'conversation.entry', role: 'user', content: 'A' }],
    }),
    error(422),
  ],
  [
    '3.1',
    'null is no content',
    ask('POST', '/v1/conversations', { model: 'offline', inputs: [{ role: 'user', content: null }] }),
    error(422),
  ],
];

const OUT: readonly WireCase[] = [
  [
    '3.1',
    'message.output names its model, and its agent where there is one',
    async wire => {
      const agent = await wire.agent({ model: wire.says('Hello.') });
      const [entry] = records((await wire.start({ agent_id: agent['id'] }))['outputs']);
      return [entry, entry?.['agent_id'] === agent['id']];
    },
    [
      {
        object: 'entry',
        type: 'message.output',
        role: 'assistant',
        content: 'Hello.',
        model: expect.any(String),
        completed_at: expect.any(String),
      },
      true,
    ],
  ],
  [
    '3.1',
    'function.call has no confirmation_status where the caller runs it',
    async wire => {
      const [call] = await outputsOf(wire, wire.calls({ name: 'ask_user', arguments: { q: 1 } }));
      return [call, call?.['confirmation_status'] ?? null];
    },
    [{ type: 'function.call', name: 'ask_user', arguments: '{"q":1}' }, null],
  ],
  [
    '3.1',
    'tool.execution tells in info what came of it',
    async wire => await outputsOf(wire, wire.calls({ name: 'look', arguments: { where: 'here' } })),
    [
      {
        type: 'tool.execution',
        name: 'look',
        arguments: '{"where":"here"}',
        info: {
          connector_id: expect.any(String),
          connector_name: expect.any(String),
          tool_name: 'look',
          tool_call_id: expect.any(String),
          is_error: false,
          content: [{ type: 'text', text: '{"seen":"here"}' }],
          structured_content: { seen: 'here' },
          duration_ms: expect.any(Number),
        },
      },
      { type: 'message.output' },
    ],
  ],
  [
    '3.1',
    'an error of the tool is said in info, and the turn goes on',
    async wire => await outputsOf(wire, wire.calls('fails')),
    [
      { type: 'tool.execution', info: { is_error: true } },
      { type: 'message.output', content: expect.stringContaining('shelf') },
    ],
  ],
  [
    '3.1',
    'agent.handoff names both agents',
    async wire => {
      const next = await wire.agent({ name: 'next' });
      const desk = await wire.agent({
        name: 'desk',
        model: wire.calls('handoff_to_next'),
        handoffs: [next['id']],
      });
      const [entry] = records((await wire.start({ agent_id: desk['id'] }))['outputs']);
      return [entry, entry?.['previous_agent_id'] === desk['id'], entry?.['next_agent_id'] === next['id']];
    },
    [{ type: 'agent.handoff', previous_agent_name: 'desk', next_agent_name: 'next' }, true, true],
  ],
];

export const ENTRY_CASES: readonly WireCase[] = [...IN, ...OUT];
