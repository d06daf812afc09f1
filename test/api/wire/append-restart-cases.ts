import { expect } from 'vitest';
import { record, records, type Json } from '../shapes.ts';
import { pathOf, typesOf, type Wire } from './open-wire.ts';
import { error, invalid, type WireCase } from './wire-case.ts';

// Section 2.2: appends and restarts.

/** Keys that a start takes and these do not. */
const FIXED = { tools: [], instructions: 'x', name: 'x', description: 'x', model: 'x', agent_id: 'x' };
const APPEND: readonly WireCase[] = [
  [
    '2.2',
    'an append goes on in the same conversation',
    async wire => {
      const turn = await wire.start();
      const path = pathOf.conversation(turn);
      const next = await wire.make(path, {
        inputs: 'And?',
        store: true,
        stream: false,
        handoff_execution: 'server',
      });
      return [next['conversation_id'] === turn['conversation_id'], typesOf(await wire.history(path))];
    },
    [true, ['message.input', 'message.output', 'message.input', 'message.output']],
  ],
  ...Object.entries({ ...FIXED, guardrails: [], metadata: {} }).map(([key, value]): WireCase => [
    '2.2',
    `an append takes no ${key}`,
    async wire => await wire.send('POST', '/v1/conversations/conv_x', { inputs: 'x', [key]: value }),
    invalid(['body', key], 'extra_forbidden'),
  ]),
  [
    '2.2',
    'an append with store:false answers, and leaves the conversation as it was',
    async wire => {
      const path = pathOf.conversation(await wire.start());
      const next = await wire.make(path, { inputs: 'Aside', store: false });
      return [typesOf(next['outputs']), typesOf(await wire.history(path))];
    },
    [['message.output'], ['message.input', 'message.output']],
  ],
];

const restartOf = async (wire: Wire, more: Json = {}, start: Json = {}) => {
  const turn = await wire.start({ name: 'N', metadata: { a: 1 }, ...start });
  const from_entry_id = records(turn['outputs'])[0]?.['id'];
  const path = pathOf.conversation(turn);
  return {
    path,
    answer: await wire.send('POST', `${path}/restart`, { from_entry_id, inputs: 'Other', ...more }),
  };
};
const RESTART: readonly WireCase[] = [
  [
    '2.2',
    'a restart is a new conversation with the entries up to one of them, then its inputs',
    async wire => {
      const { path, answer } = await restartOf(wire);
      const made = pathOf.conversation(record(answer.body));
      const [before, after] = [await wire.history(path), await wire.history(made)];
      return [made === path, records(before).length, records(after).map(({ content }) => content)];
    },
    [false, 2, ['Hi', 'Yes.', 'Other', 'Yes.']],
  ],
  [
    '2.2',
    'it keeps name and metadata, or takes its own metadata',
    async wire => {
      const kept = await restartOf(wire);
      const own = await restartOf(wire, { metadata: { b: 2 }, guardrails: null });
      const read = async ({ answer }: typeof own) => await wire.get(pathOf.conversation(record(answer.body)));
      return [await read(kept), await read(own)];
    },
    [
      { name: 'N', metadata: { a: 1 } },
      { name: 'N', metadata: { b: 2 } },
    ],
  ],
  ...Object.entries({ ...FIXED, tool_confirmations: [] }).map(([key, value]): WireCase => [
    '2.2',
    `it takes no ${key}`,
    async wire => (await restartOf(wire, { [key]: value })).answer,
    invalid(['body', key], 'extra_forbidden'),
  ]),
  [
    '2.2',
    'it streams',
    async wire => (await restartOf(wire, { stream: true })).answer,
    { status: 200, type: expect.stringMatching(/^text\/event-stream/) },
  ],
  [
    '2.2',
    'it has no version of an agent where there is no agent',
    async wire => (await restartOf(wire, { agent_version: 0 })).answer,
    error(422),
  ],
];

export const APPEND_RESTART_CASES: readonly WireCase[] = [...APPEND, ...RESTART];
