import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { elicitation, inputRequired, roots } from '../asking/input-required.ts';
import type { ToolContext } from '../call-context.ts';
import { definePrompt } from '../definition/define-prompt.ts';
import { defineResource } from '../definition/define-resource.ts';
import { defineTool } from '../definition/define-tool.ts';
import { KitError } from '../kit-error.ts';
import { createMcpServer, type McpServer, type McpServerOptions } from '../server.ts';
import { createMeta, envelope, send, type Answered } from './engine.fixture.ts';

const EVERYTHING = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const NAME = { key: 'name', message: 'Who?', schema: z.object({ name: z.string().min(2) }) };
const accept = (content: object) => ({ action: 'accept', content });

function serve(
  handler: (context: ToolContext) => unknown,
  options: Partial<McpServerOptions> = {},
): McpServer {
  const input = { type: 'object', properties: {} };
  const tool = defineTool({
    name: 'ask',
    description: 'Asks.',
    input,
    handler: (_args, context) => handler(context),
  });
  return createMcpServer({ name: 'asker', version: '1', design: false, tools: [tool], ...options });
}

async function call(
  server: McpServer,
  extra: object = {},
  {
    capabilities = EVERYTHING,
    method = 'tools/call',
    auth = undefined as string | undefined,
    ...params
  }: {
    capabilities?: object;
    method?: string;
    auth?: string | undefined;
    [field: string]: unknown;
  } = {},
): Promise<Answered> {
  const _meta = { ...envelope, 'io.modelcontextprotocol/clientCapabilities': capabilities };
  const message = { jsonrpc: '2.0', id: 1, method, params: { name: 'ask', ...params, _meta, ...extra } };
  return send(
    server,
    message,
    createMeta(auth === undefined ? {} : { auth: { subject: auth, fingerprint: 'f' } }),
  );
}

const textOf = ({ result }: Answered): unknown =>
  (result?.['content'] as { text: string }[] | undefined)?.[0]?.text;
const stateOf = ({ result }: Answered): string => String(result?.['requestState']);
const asked = ({ result }: Answered): string[] => Object.keys(result?.['inputRequests'] ?? {});

describe('a question of 2026-07-28', () => {
  const server = serve(async ({ elicit }) => {
    const who = await elicit(NAME);
    return who.action === 'accept' ? `Hello ${who.content.name}` : who.action;
  });

  it('goes out as input_required, with a schema forms know', async () => {
    const first = await call(server);
    expect(first.result).toMatchObject({
      resultType: 'input_required',
      inputRequests: {
        name: {
          method: 'elicitation/create',
          params: {
            message: 'Who?',
            requestedSchema: {
              type: 'object',
              properties: { name: { type: 'string', minLength: 2 } },
              required: ['name'],
            },
          },
        },
      },
    });
    const answered = await call(server, {
      inputResponses: { name: accept({ name: 'Ada' }), more: {} },
      requestState: stateOf(first),
    });
    expect([answered.result?.['resultType'], textOf(answered)]).toEqual(['complete', 'Hello Ada']);
    expect(textOf(await call(server, { inputResponses: { name: { action: 'decline' } } }))).toBe('decline');
  });

  it('is asked again when the answer is to another', async () => {
    expect(asked(await call(server, { inputResponses: { other: accept({}) } }))).toEqual(['name']);
  });

  it.each([
    [{ inputResponses: null }],
    [{ inputResponses: { name: 7 } }],
    [{ inputResponses: { name: { action: 'maybe' } } }],
    [{ inputResponses: { name: accept({ name: 'A' }) } }],
    [{ inputResponses: { name: accept({}) } }],
    [{ requestState: 7 }],
    [{ requestState: 'AAAA' }],
  ])('refuses %j', async extra => {
    expect((await call(server, extra)).error).toMatchObject({ code: -32602 });
  });

  it('needs a client that declared it', async () => {
    const refused = await call(server, {}, { capabilities: { sampling: {} } });
    expect(refused).toMatchObject({
      status: 400,
      error: { code: -32021, data: { requiredCapabilities: { elicitation: {} } } },
    });
    // Only URLs were declared.
    const url = await call(server, {}, { capabilities: { elicitation: { url: {} } } });
    expect(url.error?.data).toEqual({ requiredCapabilities: { elicitation: { form: {} } } });
  });
});

describe('the state of a question', () => {
  const options = { requestState: { keys: ['k'.repeat(32)] } };
  const twice = async ({ elicit }: ToolContext): Promise<string> => {
    const [first, second] = [await elicit({ ...NAME, key: 'a' }), await elicit({ ...NAME, key: 'b' })];
    return JSON.stringify([first, second]);
  };

  it('carries earlier answers', async () => {
    const server = serve(twice, options);
    const one = await call(server);
    expect(asked(one)).toEqual(['a']);
    const two = await call(server, {
      inputResponses: { a: accept({ name: 'Ada' }) },
      requestState: stateOf(one),
    });
    expect(asked(two)).toEqual(['b']);
    const end = { inputResponses: { b: accept({ name: 'Bob' }) }, requestState: stateOf(two) };
    expect(textOf(await call(server, end))).toMatch(/Ada.*Bob/);
    // Another process with the same key.
    expect(textOf(await call(serve(twice, options), end))).toMatch(/Ada.*Bob/);
    // One with another key.
    expect((await call(serve(twice), end)).error).toMatchObject({ code: -32602 });
    // The old state again: its answers are there, the later ones are not.
    expect(asked(await call(server, { requestState: stateOf(two) }))).toEqual(['b']);
  });

  it('is of no use to another caller, for another call, or later', async () => {
    const server = serve(twice, options);
    const mine = await call(server, {}, { auth: 'ada', arguments: { x: { b: 1, a: 2 } } });
    const extra = { requestState: stateOf(mine) };
    const same = { auth: 'ada', arguments: { x: { a: 2, b: 1 } } };
    expect(asked(await call(server, extra, same))).toEqual(['a']);
    for (const other of [
      { ...same, auth: 'bob' },
      { ...same, auth: undefined },
      { ...same, arguments: { x: { a: 2, b: 2 } } },
    ]) {
      expect((await call(server, extra, other)).error).toMatchObject({ code: -32602 });
    }
    const old = serve(twice, { requestState: { keys: ['k'.repeat(32)], ttlMs: -1 } });
    expect((await call(server, { requestState: stateOf(await call(old)) })).error).toMatchObject({
      code: -32602,
    });
  });

  it('cannot be changed in any place', async () => {
    const server = serve(twice, options);
    const state = stateOf(await call(server));
    for (let place = 0; place < state.length; place += 7) {
      const other = state[place] === 'A' ? 'B' : 'A';
      const requestState = state.slice(0, place) + other + state.slice(place + 1);
      expect({ requestState, ...(await call(server, { requestState })) }).toMatchObject({
        error: { code: -32602 },
      });
    }
    expect((await call(server, { requestState: `${state}=` })).error).toMatchObject({ code: -32602 });
  });

  it('ends after too many rounds', async () => {
    let round = 0;
    const server = serve(({ elicit }) => elicit({ ...NAME, key: `round-${(round += 1)}` }));
    let answered = await call(server);
    for (let rounds = 1; answered.result && rounds < 20; rounds += 1) {
      answered = await call(server, { requestState: stateOf(answered) });
    }
    expect([round, answered.error?.code]).toEqual([9, -32603]);
  });
});

describe('a handler that asks', () => {
  it('may ask several questions at once, without naming them', async () => {
    const server = serve(async ({ elicit, sample, listRoots }) => {
      const [who, said, folders] = await Promise.all([
        elicit({ message: 'Who?', schema: { type: 'object', properties: { n: { type: 'integer' } } } }),
        sample({ messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }], maxTokens: 5 }),
        listRoots(),
      ]);
      return JSON.stringify([who, said.model, folders]);
    });
    const first = await call(server);
    const keys = asked(first);
    expect(keys).toHaveLength(3);
    const answers = [
      accept({ n: 3 }),
      { role: 'assistant', model: 'm', content: { type: 'text', text: 'Ho' } },
      { roots: [{ uri: 'file:///a' }] },
    ];
    const inputResponses = Object.fromEntries(keys.map((key, index) => [key, answers[index]]));
    expect(textOf(await call(server, { inputResponses }))).toBe(
      JSON.stringify([{ action: 'accept', content: { n: 3 } }, 'm', [{ uri: 'file:///a' }]]),
    );
    const wrong = { ...inputResponses, [keys[0] ?? '']: accept({ n: 1.5 }) };
    expect((await call(server, { inputResponses: wrong })).error?.message).toContain(
      '"n" must be an integer',
    );
  });

  it('is heard even if it swallows what ends it, and cleans up', async () => {
    let cleaned = 0;
    const server = serve(async ({ elicit }) => {
      try {
        await elicit(NAME);
        return 'answered';
      } catch {
        return 'swallowed';
      } finally {
        cleaned += 1;
      }
    });
    expect(asked(await call(server))).toEqual(['name']);
    expect(cleaned).toBe(1);
  });

  it('may do without a capability that is missing', async () => {
    const server = serve(async ({ elicit }) => {
      try {
        return await elicit({ message: 'Log in', url: 'https://example.com/login' });
      } catch (error) {
        return error instanceof KitError ? error.code : 'other';
      }
    });
    expect(textOf(await call(server, {}, { capabilities: { elicitation: {} } }))).toBe('capability_missing');
    expect((await call(server)).result?.['inputRequests']).toMatchObject({
      'question-1': { params: { mode: 'url', url: 'https://example.com/login' } },
    });
  });

  it('may carry a state of its own', async () => {
    const server = serve(({ input }) =>
      input.state === undefined
        ? inputRequired({ requests: { go: elicitation(NAME), where: roots() }, state: { secret: [1, 2] } })
        : JSON.stringify([input.state, Object.keys(input.responses)]),
    );
    const first = await call(server);
    expect(asked(first)).toEqual(['go', 'where']);
    expect(Buffer.from(stateOf(first), 'base64url').toString()).not.toContain('secret');
    const inputResponses = { go: accept({ name: 'Ada' }), where: { roots: [] } };
    expect(textOf(await call(server, { inputResponses, requestState: stateOf(first) }))).toBe(
      '[{"secret":[1,2]},["go","where"]]',
    );
    expect((await call(server, {}, { capabilities: { elicitation: {} } })).error).toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { roots: {} } },
    });
  });

  it('may be a prompt or a resource', async () => {
    const server = createMcpServer({
      name: 'asker',
      version: '1',
      prompts: [
        definePrompt({
          name: 'ask',
          description: 'Asks.',
          handler: async (_values, { elicit }) => `Hi ${JSON.stringify(await elicit(NAME))}`,
        }),
      ],
      resources: [
        defineResource({
          uri: 'docs://ask',
          name: 'ask',
          description: 'Asks.',
          read: async (_uri, { elicit }) => JSON.stringify(await elicit(NAME)),
        }),
      ],
    });
    const answer = { inputResponses: { name: accept({ name: 'Ada' }) } };
    for (const what of [{ method: 'prompts/get' }, { method: 'resources/read', uri: 'docs://ask' }]) {
      const first = await call(server, {}, what);
      expect(asked(first)).toEqual(['name']);
      const answered = await call(server, { ...answer, requestState: stateOf(first) }, what);
      expect(JSON.stringify(answered.result)).toContain('Ada');
      expect((await call(server, {}, { ...what, capabilities: {} })).error?.code).toBe(-32021);
    }
  });
});
