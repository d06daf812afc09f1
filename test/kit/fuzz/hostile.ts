import type { Random } from './random.ts';

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const call = { name: 'add', arguments: { a: 1, b: 2 } };

/** Messages that are right, to be made wrong. */
const MESSAGES: readonly [Fields, ...Fields[]] = [
  { jsonrpc: '2.0', id: 1, method: 'tools/call', params: call },
  { jsonrpc: '2.0', id: 'a', method: 'tools/call', params: { ...call, _meta: envelope } },
  { jsonrpc: '2.0', id: 2, method: 'tools/list', params: { cursor: 'x', _meta: envelope } },
  { jsonrpc: '2.0', id: 3, method: 'resources/read', params: { uri: 'docs://guide' } },
  { jsonrpc: '2.0', id: 4, method: 'server/discover', params: { _meta: envelope } },
  { jsonrpc: '2.0', id: 5, method: 'ping' },
  { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  { jsonrpc: '2.0', id: 6, result: {} },
  { jsonrpc: '2.0', id: 7, error: { code: 1, message: 'no' } },
  {
    jsonrpc: '2.0',
    id: 8,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'f', version: '1' } },
  },
];

interface Fields {
  readonly [field: string]: unknown;
}

/** As JSON text, since some of them are not values: numbers beyond all bounds, lone surrogates. */
const VALUES: readonly [string, ...string[]] = [
  'null',
  'true',
  '0',
  '-0',
  '1.5',
  '1e400',
  '-1e308',
  '9007199254740993',
  '123456789012345678901234567890',
  '""',
  '"x"',
  '"\\ud800"',
  '"\\u0000"',
  '[]',
  '[[]]',
  '{}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  `"${'y'.repeat(5000)}"`,
  '"__proto__"',
  '"toString"',
  '"notifications/"',
];

type Kind = (random: Random) => Buffer;

const KINDS: Readonly<Record<string, Kind>> = {
  bytes: random => random.bytes(random.int(300)),
  broken: random => {
    const text = JSON.stringify(random.pick(MESSAGES));
    const at = random.int(text.length);
    const put = random.pick(['', '"', '{', ']', ',', '\\', '\u0000', 'é', '\ufeff']);
    return Buffer.from(text.slice(0, at) + put + text.slice(at + random.int(3)));
  },
  cut: random => {
    const text = JSON.stringify(random.pick(MESSAGES));
    return Buffer.from(text.slice(0, random.int(text.length)));
  },
  types: random => Buffer.from(replaceSomewhere(random.pick(MESSAGES), random)),
  deep: random => {
    const depth = 1 + random.int(50_000);
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"a":', '}'],
    ]);
    const value = `${open.repeat(depth)}1${close.repeat(random.int(2) === 0 ? depth : depth - 1)}`;
    return Buffer.from(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":${value}}}}`,
    );
  },
  batch: random =>
    Buffer.from(JSON.stringify(Array.from({ length: random.int(5) }, () => random.pick(MESSAGES)))),
  values: random => Buffer.from(random.pick(VALUES)),
  right: random => Buffer.from(JSON.stringify(random.pick(MESSAGES))),
};

/** The message as JSON, with one of its fields, however deep, replaced by another value. */
function replaceSomewhere(message: Fields, random: Random): string {
  const paths = listPaths(message);
  const path = paths[random.int(paths.length)];
  const value = random.pick(VALUES);
  const write = (node: unknown, at: string): string => {
    if (at === path) return value;
    if (typeof node !== 'object' || node === null) return JSON.stringify(node);
    const fields = Object.entries(node).map(
      ([name, one]) => `${JSON.stringify(name)}:${write(one, `${at}/${name}`)}`,
    );
    return `{${fields.join(',')}}`;
  };
  return write(message, '');
}

function listPaths(node: unknown, at = ''): readonly string[] {
  if (typeof node !== 'object' || node === null) return [at];
  return [at, ...Object.entries(node).flatMap(([name, one]) => listPaths(one, `${at}/${name}`))];
}

export interface Hostile {
  readonly kind: string;
  readonly bytes: Buffer;
}

/** Hostile messages, of every kind in turn. */
export function* createHostile(random: Random, count: number): Generator<Hostile> {
  const kinds = Object.entries(KINDS);
  for (let index = 0; index < count; index += 1) {
    const [kind, make] = kinds[index % kinds.length] ?? ['bytes', KINDS['bytes'] as Kind];
    yield { kind, bytes: make(random) };
  }
}
