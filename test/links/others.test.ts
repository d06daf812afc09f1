// Tool servers that others wrote, as they are, in processes of their own: each of their tools is listed and called.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Egress, openEgress, parseAllowList } from '@tramontane/egress';
import { type Answers, type Connections, type ServerTarget, openConnections } from '@tramontane/mcp-client';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type KnownCalls, callAll, failed, text } from './others/call-all.ts';
import { startChildServer } from './others/child-server.ts';
import { EVERYTHING, EVERYTHING_ASKED } from './others/everything.ts';

const require = createRequire(import.meta.url);
const everything = require.resolve('@modelcontextprotocol/server-everything/dist/index.js');
/** The package of the SDK 1.x carries its examples. */
const examples = join(
  dirname(require.resolve('@modelcontextprotocol/sdk/server/index.js')),
  '../../esm/examples/server',
);
const SDK_V2 = new URL('others/sdk-v2.ts', import.meta.url).pathname;
const TMCP = new URL('others/tmcp.ts', import.meta.url).pathname;
const PATIENCE_MS = 120_000;

const answers: Answers = {
  elicit: async ({ message }) => ({
    action: 'accept',
    content: message.startsWith('Deploy') ? { confirm: true } : { name: 'Ada', email: 'ada@example.com' },
  }),
  sample: async () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: 'something' } }),
  listRoots: async () => ({ roots: [{ uri: 'file:///projects', name: 'projects' }] }),
};

let egress: Egress;
beforeAll(() => {
  egress = openEgress({ allow: parseAllowList('loopback') });
});
afterAll(() => egress.close());

function connect(answering?: Answers): Connections {
  const connections = openConnections({
    egress,
    environment: { ...process.env, KEY_OF_OURS: 'not for children' },
    ...(answering && { answers: answering }),
  });
  onTestFinished(() => connections.close());
  return connections;
}

const scope = { workspace: 'w', connector: 'others', credential: 'none' };

function stdio(program: string, ...args: string[]): ServerTarget {
  const command = { command: process.execPath, args: [program, ...args] };
  return { scope, name: 'stdio:others', process: command, timeoutMs: 30_000 };
}

async function http(path: string, ...start: Parameters<typeof startChildServer>): Promise<ServerTarget> {
  const server = await startChildServer(...start);
  onTestFinished(() => server.close());
  return { scope, url: server.origin + path, auth: { type: 'none' }, timeoutMs: 30_000 };
}

describe.each([
  ['stdio', 'stdio', async () => stdio(everything)],
  ['HTTP+SSE', 'sse', async () => http('/sse', everything, ['sse'])],
  ['Streamable HTTP', 'http', async () => http('/mcp', everything, ['streamableHttp'])],
] as const)('server-everything over %s', (_name, via, open) => {
  test(
    'every tool, with a caller that answers and with one that does not',
    async () => {
      const target = await open();
      const asking = connect(answers);
      const listing = await callAll(asking, target, { ...EVERYTHING, ...EVERYTHING_ASKED });
      expect(listing).toMatchObject({ dialect: 'mcp-2025', serverName: 'mcp-servers/everything' });
      expect(asking.health(scope)).toMatchObject([{ via, state: 'ready', connects: 1, failures: 0 }]);
      await callAll(connect(), target, EVERYTHING);
    },
    PATIENCE_MS,
  );
});

test(
  'a child of stdio does not get the keys of its parent',
  async () => {
    const signal = AbortSignal.timeout(60_000);
    const call = { name: 'get-env', arguments: {}, idempotencyKey: 'key-1', signal };
    const { content } = await connect().callTool(stdio(everything), call);
    expect(JSON.stringify(content)).toContain('PATH');
    expect(JSON.stringify(content)).not.toContain('KEY_OF_OURS');
  },
  PATIENCE_MS,
);

const SIMPLE: KnownCalls = {
  greet: { arguments: { name: 'Ada' }, answer: { content: [text('Hello, Ada!')] } },
  'multi-greet': { arguments: { name: 'Ada' }, answer: { content: [text('Good morning, Ada!')] } },
  'collect-user-info': {
    arguments: { infoType: 'contact' },
    answer: { content: [text(expect.stringMatching(/Thank you[^]*ada@example.com/))] },
  },
  'collect-user-info-task': { answer: failed('requires task augmentation') },
  'start-notification-stream': {
    arguments: { interval: 5, count: 3 },
    answer: { content: [text(expect.stringContaining('every 5ms'))] },
  },
  'list-files': {
    answer: {
      content: [
        text(expect.any(String)),
        { type: 'resource_link', uri: 'https://example.com/greetings/default' },
        { type: 'resource_link', uri: 'file:///example/file1.txt' },
        { type: 'resource_link', uri: 'file:///example/file2.txt' },
        text(expect.any(String)),
      ],
    },
  },
  delay: { answer: failed('requires task augmentation') },
};

describe('examples of the official SDK 1.x', () => {
  const example = (name: string): string => join(examples, `${name}.js`);
  test(
    'Streamable HTTP with sessions',
    async () => {
      const target = await http('/mcp', example('simpleStreamableHttp'), [], 'MCP_PORT');
      expect(await callAll(connect(answers), target, SIMPLE)).toMatchObject({ dialect: 'mcp-2025' });
      await callAll(connect(), target, {
        ...SIMPLE,
        // Its handler catches the refusal and tells it as plain text.
        'collect-user-info': {
          arguments: { infoType: 'contact' },
          answer: { content: [text(expect.stringContaining('Method not found'))] },
        },
      });
    },
    PATIENCE_MS,
  );

  test.each<[string, KnownCalls]>([
    [
      'mcpServerOutputSchema',
      {
        get_weather: {
          arguments: { city: 'Turin', country: 'IT' },
          answer: { structuredContent: { temperature: { celsius: expect.any(Number) } } },
        },
      },
    ],
    [
      'progressExample',
      {
        count: {
          arguments: { n: 3 },
          answer: { content: [text('Counted to 3')] },
          progress: [1, 2, 3],
        },
      },
    ],
    // It writes a line that is no message to its standard output.
    [
      'toolWithSampleServer',
      { summarize: { arguments: { text: 'long' }, answer: { content: [text('something')] } } },
    ],
  ])('%s over stdio', { timeout: PATIENCE_MS }, async (name, calls) => {
    expect(await callAll(connect(answers), stdio(example(name)), calls)).toMatchObject({
      dialect: 'mcp-2025',
    });
  });

  test('a tool that wants a model says that there is none', { timeout: PATIENCE_MS }, async () => {
    await callAll(connect(), stdio(example('toolWithSampleServer')), {
      summarize: { arguments: { text: 'long' }, answer: failed('Method not found') },
    });
  });
});

const V2: KnownCalls = {
  area: { arguments: { width: 6, height: 7 }, answer: { structuredContent: { area: 42 } } },
  era: { answer: { content: [text('modern')] } },
  steps: {
    arguments: { count: 3 },
    answer: { content: [text('took 3 steps')] },
    progress: [1, 2, 3],
  },
  deploy: { arguments: { to: 'staging' }, answer: { content: [text('deployed to staging')] } },
  fail: { answer: failed('the disk is full') },
};

test.each([
  ['stdio', async () => stdio(SDK_V2, 'stdio')],
  ['Streamable HTTP', async () => http('/mcp', SDK_V2, ['http'])],
] as const)('the official SDK 2.x over %s', { timeout: PATIENCE_MS }, async (_name, open) => {
  const target = await open();
  expect(await callAll(connect(answers), target, V2)).toMatchObject({
    dialect: 'mcp-2026',
    protocolVersion: '2026-07-28',
    instructions: 'Ask before you deploy.',
  });
  await callAll(connect(), target, {
    ...V2,
    deploy: { arguments: { to: 'staging' }, answer: failed('not available here') },
  });
});

const TMCP_TOOLS: KnownCalls = {
  divide: { arguments: { a: 84, b: 2 }, answer: { structuredContent: { quotient: 42 } } },
  pixel: { answer: { content: [text('One pixel:'), { type: 'image', mimeType: 'image/gif' }] } },
  rename: { answer: { content: [text('renamed to Ada')] } },
};

test('tmcp over Streamable HTTP', { timeout: PATIENCE_MS }, async () => {
  const target = await http('/mcp', TMCP);
  expect(await callAll(connect(answers), target, TMCP_TOOLS)).toMatchObject({ dialect: 'mcp-2026' });
  await callAll(connect(), target, {
    ...TMCP_TOOLS,
    divide: { arguments: { a: 1, b: 0 }, answer: failed('divided by 0') },
    rename: { answer: failed('not available here') },
  });
});
