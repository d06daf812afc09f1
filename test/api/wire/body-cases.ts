import { expect } from 'vitest';
import { record, records, text } from '../shapes.ts';
import { pathOf } from './open-wire.ts';
import { ask, error, type WireCase } from './wire-case.ts';

// Section 1.1: bodies of requests.

const AGENT = { model: 'offline', name: 'A' };
const TOO_LARGE = 33 * 1024 * 1024;

const BROKEN: readonly WireCase[] = (
  [
    ['broken JSON', '{"model":', 'application/json', 400],
    ['an empty body', '', 'application/json', 422],
    ['a blank body', '   ', 'application/json', 400],
    ['half of a character', '{"model":"\\ud83d', 'application/json', 400],
    ['a prototype', '{"__proto__":{"x":1},"model":"offline","name":"A"}', 'application/json', 400],
    ['a form', 'model=offline', 'application/x-www-form-urlencoded', 415],
    ['plain text', '{"model":"offline","name":"A"}', 'text/plain', 415],
    ['no type that can be read', '{}', 'what', 415],
  ] as const
).map(([name, body, type, status]) => [
  '1.1',
  `${name} is ${status}`,
  async wire =>
    await Promise.all(
      ['/v1/agents', '/v1/conversations', '/v1/connectors'].map(path =>
        wire.send('POST', path, body, { 'content-type': type }),
      ),
    ),
  Array.from({ length: 3 }, () => error(status)),
]);

/** Bytes as they are, past the texts that a client would send. */
const bytes = (body: string | Uint8Array<ArrayBuffer>): WireCase[2] => {
  return async ({ api }) => {
    const headers = { authorization: `Bearer ${api.key}`, 'content-type': 'application/json' };
    const response = await fetch(`${api.url}/v1/agents`, { method: 'POST', headers, body });
    return { status: response.status, body: await response.json() };
  };
};

export const BODY_CASES: readonly WireCase[] = [
  ...BROKEN,
  [
    '1.1',
    'a body of another type says which one is taken',
    ask('POST', '/v1/agents', '{}', { 'content-type': 'text/plain' }),
    error(415, { message: expect.stringContaining('content-type: application/json') as unknown }),
  ],
  ['1.1', 'no body and no type is a wrong shape', ask('POST', '/v1/agents'), error(422)],
  [
    '1.1',
    'a body that is not UTF-8 says so',
    bytes(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
    error(400, { message: expect.stringContaining('UTF-8') as unknown }),
  ],
  [
    '1.1',
    'a key __proto__ anywhere is named',
    bytes('{"model":"m","name":"n","metadata":{"__proto__":{"a":1}}}'),
    error(400, { message: expect.stringContaining('__proto__') as unknown }),
  ],
  [
    '1.1',
    'a body too large is 413, or the connection ends while it is still coming',
    async wire => {
      const body = JSON.stringify({ model: 'offline', inputs: 'x'.repeat(TOO_LARGE) });
      return await wire.send('POST', '/v1/conversations', body).then(
        ({ status }) => status,
        (thrown: unknown) => (thrown instanceof Error ? thrown.message : ''),
      );
    },
    expect.toSatisfy((seen: unknown) => seen === 413 || seen === 'fetch failed'),
  ],
  [
    '1.1',
    'a charset and another case of the type are taken',
    ask('POST', '/v1/agents', AGENT, { 'content-type': 'Application/JSON; Charset=UTF-8' }),
    { status: 200 },
  ],
  ...([150, 1_000, 200_000] as const).map((depth): WireCase => {
    const lists = '['.repeat(depth) + ']'.repeat(depth);
    return [
      '1.1',
      `${depth} lists in one another`,
      ask('POST', '/v1/agents', `{"model":"offline","name":"deep","metadata":{"a":${lists}}}`),
      { status: depth === 150 ? 200 : 400 },
    ];
  }),
  [
    '1.1',
    'a DELETE that says JSON and sends nothing is taken, as some clients send it',
    async wire =>
      await wire.send('DELETE', pathOf.agent(await wire.agent()), '', { 'content-type': 'application/json' }),
    { status: 204, text: '' },
  ],
  [
    '1.1',
    'every character of a text is kept',
    async wire => {
      const name = 'Ünï¢ødé 🜁 \u2028 "quoted" \\ \t end';
      const { id } = await wire.agent({ name, instructions: name });
      const got = record(await wire.get(`/v1/agents/${text(id)}`));
      return [got['name'] === name, got['instructions'] === name];
    },
    [true, true],
  ],
  [
    '1.1',
    'also NUL and half a character, in what is said',
    async wire => {
      const odd = 'NUL \0 and half a character \ud800';
      const path = pathOf.conversation(await wire.start({ inputs: odd, instructions: odd }));
      const [first] = records(record(await wire.get(`${path}/history`))['entries']);
      return [record(await wire.get(path))['instructions'] === odd, first?.['content'] === odd];
    },
    [true, true],
  ],
];
