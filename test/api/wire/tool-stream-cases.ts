import { expect } from 'vitest';
import { mcpTool } from '../run-turn.ts';
import { records, type Json } from '../shapes.ts';
import { dataOf, entriesOf, eventsOf, type Wire } from './open-wire.ts';
import type { WireCase } from './wire-case.ts';

// Section 4: tools that the server runs, in a stream. What a client joins is held against the history by `wire.stream`.

/** A model that calls a tool with arguments that come in so many pieces. */
const callingIn = (wire: Wire, argumentPieces: number): Json => ({
  model: wire.api.models.plays(
    { toolCalls: [{ name: 'look', arguments: { where: 'x' } }], argumentPieces },
    { text: 'Done.' },
  ),
  tools: [mcpTool(wire.tools)],
});

export const TOOL_STREAM_CASES: readonly WireCase[] = [
  [
    '4',
    'tool.execution.started and tool.execution.done',
    async wire => {
      const frames = await wire.stream(callingIn(wire, 1));
      const [started, done] = [
        dataOf(frames, 'tool.execution.started')[0],
        dataOf(frames, 'tool.execution.done')[0],
      ];
      return [started, done, started?.['id'] === done?.['id']];
    },
    [
      { id: expect.stringMatching(/^tool_exec_/), name: 'look', arguments: '{"where":"x"}', output_index: 0 },
      { name: 'look', info: { is_error: false }, output_index: 0 },
      true,
    ],
  ],
  [
    '4',
    'tool.execution.delta: a vendor sends arguments in pieces, the first of which tool.execution.started has',
    async wire =>
      (await wire.stream(callingIn(wire, 3))).flatMap(({ event, data }) =>
        event.startsWith('tool.execution') ? [{ event, ...data }] : [],
      ),
    [
      { event: 'tool.execution.started', id: expect.stringMatching(/^tool_exec_/), arguments: '{"whe' },
      ...['re":"', 'x"}'].map(piece => ({
        event: 'tool.execution.delta',
        id: expect.stringMatching(/^tool_exec_/),
        name: 'look',
        output_index: 0,
        arguments: piece,
      })),
      { event: 'tool.execution.done' },
    ],
  ],
  ...[1, 3].map((pieces): WireCase => [
    '4',
    `arguments that come in ${pieces}, joined, are those of the plain answer; of one piece there is no delta`,
    async wire => {
      const turn = await wire.start(callingIn(wire, pieces));
      const frames = await wire.stream(callingIn(wire, pieces));
      return [
        entriesOf(frames)[0]?.arguments === records(turn['outputs'])[0]?.['arguments'],
        dataOf(frames, 'tool.execution.delta').length,
      ];
    },
    [true, pieces - 1],
  ]),
  [
    '4.4',
    'started, its deltas, done, then the words',
    async wire => eventsOf(await wire.stream(callingIn(wire, 3))),
    [
      'conversation.response.started',
      'tool.execution.started',
      'tool.execution.delta',
      'tool.execution.done',
      'message.output.delta',
      'conversation.response.done',
    ],
  ],
];
