import { expect } from 'vitest';
import { type Wire } from './open-wire.ts';
import { historyOf, outputsOf, REPLY } from './entry-turns.ts';
import { ask, error, type WireCase } from './wire-case.ts';

// Section 3.2: chunks of content, in and out.

/** What the model was sent of content that a user gave. */
async function sentOf(wire: Wire, content: unknown): Promise<unknown> {
  const model = wire.says();
  await wire.start({ model, inputs: [{ role: 'user', content }] });
  return wire.api.models.asked(model)[0]?.messages.at(-1)?.['content'];
}
const CHUNKS: readonly WireCase[] = [
  [
    '3.2',
    'text',
    async wire => JSON.stringify(await sentOf(wire, [{ type: 'text', text: 'Words' }])),
    expect.stringContaining('Words'),
  ],
  [
    '3.2',
    'text without its type',
    async wire => JSON.stringify(await sentOf(wire, [{ text: 'Words' }])),
    expect.stringContaining('Words'),
  ],
  ...(['https://a.example/p.png', { url: 'https://a.example/p.png', detail: 'low' }] as const).map(
    (image_url): WireCase => [
      '3.2',
      `image_url as ${typeof image_url}`,
      async wire =>
        await sentOf(wire, [
          { type: 'text', text: 'See' },
          { type: 'image_url', image_url },
        ]),
      [{ type: 'text' }, { type: 'image_url', image_url: { url: 'https://a.example/p.png' } }],
    ],
  ),
  [
    '3.2',
    'document_url is refused where the vendor takes none, before anything is stored',
    async wire =>
      await wire.send('POST', '/v1/conversations', {
        model: wire.says(),
        inputs: [
          {
            role: 'user',
            content: [{ type: 'document_url', document_url: 'https://a.example/d.pdf', document_name: 'd' }],
          },
        ],
      }),
    { status: expect.toSatisfy((status: number) => status === 400 || status === 502) },
  ],
  [
    '3.2',
    'thinking comes back as it was given',
    async wire => {
      const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'So.' }] };
      return await historyOf(wire, [
        { role: 'user', content: 'A' },
        { ...REPLY, content: [thinking, { type: 'text', text: 'B' }] },
      ]);
    },
    [
      {},
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'So.' }] },
          { type: 'text', text: 'B' },
        ],
      },
      {},
      {},
    ],
  ],
  [
    '3.2',
    'a model that thinks answers with a thinking chunk, then text',
    async wire =>
      await outputsOf(
        wire,
        wire.api.models.answers(() => ({ thinking: 'Hm.', text: 'Ok.' })),
      ),
    [
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
          { type: 'text', text: 'Ok.' },
        ],
      },
    ],
  ],
  ...(
    [
      ['tool_reference', { type: 'tool_reference', tool: 't', title: 'T' }],
      ['reference', { type: 'reference', reference_ids: [1] }],
      ['file', { type: 'file', file_id: 'f' }],
      ['input_audio', { type: 'input_audio', input_audio: 'AAAA' }],
      ['an unknown chunk', { type: 'dance' }],
    ] as const
  ).map(([what, chunk]): WireCase => [
    '3.2',
    `${what} is no input of conversations`,
    ask('POST', '/v1/conversations', { model: 'offline', inputs: [{ role: 'user', content: [chunk] }] }),
    error(422),
  ]),
  [
    '3.2',
    'no chunks are an answer too',
    async wire =>
      await outputsOf(
        wire,
        wire.api.models.answers(() => ({ text: '' })),
      ),
    [
      {
        type: 'message.output',
        content: expect.toSatisfy(
          (content: unknown) => content === '' || (Array.isArray(content) && content.length === 0),
        ),
      },
    ],
  ],
];

export const CHUNK_CASES: readonly WireCase[] = [...CHUNKS];
