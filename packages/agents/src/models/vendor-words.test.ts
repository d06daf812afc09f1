import type { Content, Entry, ModelFailure, ModelRequest, ModelSettings } from '@tramontane/engine';
import { openMistralServer, openOpenAiServer, type ModelServer } from '@tramontane/testkit/model-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCallModel } from './call-model.ts';
import { createModelCatalogue } from './catalogue.ts';

// What a request says, in the words of each vendor: its API reference, chat completions.

type Json = Record<string, unknown>;

const user = (content: Content): Entry => ({
  kind: 'message.input',
  id: 'msg_1',
  createdAt: 'now',
  role: 'user',
  content,
  prefix: false,
});
const REQUEST: ModelRequest = {
  model: 'mistral-small-latest',
  instructions: 'Be brief.',
  entries: [user('Hello')],
  tools: [],
  toolChoice: 'auto',
  settings: {},
};
const TOOLS = [{ name: 'look', description: 'Looks', inputSchema: { type: 'object' }, readOnly: true }];
const SCHEMA = { type: 'object', properties: { a: { type: 'number' } } };

const VENDORS = [
  ['Mistral', openMistralServer, (url: string) => ({ mistralApiKey: 'k', mistralBaseUrl: url })],
  ['OpenAI-compatible', openOpenAiServer, (url: string) => ({ baseUrl: url, apiKey: 'k' })],
] as const;

describe.each(VENDORS)('%s', (vendor, openServer, settingsFor) => {
  const isMistral = vendor === 'Mistral';
  let server: ModelServer;
  beforeAll(async () => {
    server = await openServer({ script: () => ({ thinking: 'Hm. ', text: 'Ok.' }) });
  });
  afterAll(() => server.close());

  async function ask(over: Partial<ModelRequest>): Promise<Json> {
    const call = createCallModel(createModelCatalogue({ ...settingsFor(server.url), offline: false }));
    await call({ ...REQUEST, ...over }, { signal: new AbortController().signal, onDelta: () => {} });
    return server.requests.at(-1)?.body ?? {};
  }
  const messages = (body: Json) => body['messages'] as Json[];
  const partsOf = (body: Json) => (messages(body)[1]?.['content'] ?? []) as Json[];

  const settings: [string, ModelSettings, Json][] = [
    ['temperature', { temperature: 0 }, { temperature: 0 }],
    ['top_p', { topP: 0.5 }, { top_p: 0.5 }],
    ['max_tokens', { maxTokens: 7 }, { max_tokens: 7 }],
    ['stop', { stop: ['a', 'b'] }, { stop: ['a', 'b'] }],
    ['the seed', { seed: 0 }, isMistral ? { random_seed: 0 } : { seed: 0 }],
    [
      'penalties',
      { presencePenalty: -1, frequencyPenalty: 0.5 },
      { presence_penalty: -1, frequency_penalty: 0.5 },
    ],
    ['a prediction', { prediction: 'Old' }, { prediction: { type: 'content', content: 'Old' } }],
    ['parallel_tool_calls', { parallelToolCalls: false }, { parallel_tool_calls: false }],
    ['prompt_cache_key', { promptCacheKey: 'k1' }, { prompt_cache_key: 'k1' }],
    [
      'service_tier',
      { serviceTier: 'standard_only' },
      { service_tier: isMistral ? 'standard_only' : 'default' },
    ],
    ...(['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const).map(
      (effort): [string, ModelSettings, Json] => [
        `reasoning_effort ${effort}`,
        { reasoningEffort: effort },
        { reasoning_effort: effort },
      ],
    ),
    ['JSON', { responseFormat: { type: 'json' } }, { response_format: { type: 'json_object' } }],
    [
      'JSON by a schema',
      { responseFormat: { type: 'json', name: 'form', description: 'd', schema: SCHEMA, strict: true } },
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'form', description: 'd', schema: SCHEMA, strict: true },
        },
      },
    ],
  ];
  it.each(settings)('%s', async (_name, given, expected) => {
    const body = await ask({ settings: given });
    expect(body).toMatchObject(expected);
    // Nothing is put into the prompt behind the caller's back.
    expect(messages(body)).toMatchObject([{ role: 'system', content: 'Be brief.' }, { role: 'user' }]);
    expect(JSON.stringify(messages(body))).not.toMatch(/JSON/);
  });

  it('nothing that was not asked for', async () => {
    const body = await ask({});
    const allowed = ['model', 'messages', 'stream', 'stream_options'];
    expect(Object.keys(body).filter(key => !allowed.includes(key))).toEqual([]);
  });

  it.each([
    ['auto', 'auto', 'auto'],
    ['none', 'none', 'none'],
    ['required', 'any', 'required'],
  ] as const)('tool choice %s', async (toolChoice, atMistral, atOthers) => {
    const body = await ask({ tools: TOOLS, toolChoice });
    expect(body['tool_choice']).toBe(isMistral ? atMistral : atOthers);
  });

  it('the choice of one tool', async () => {
    const body = await ask({ tools: TOOLS, toolChoice: { tool: 'look' } });
    expect(body['tool_choice']).toEqual({ type: 'function', function: { name: 'look' } });
  });

  it('pictures, by address and inline, and how closely to look', async () => {
    const inline = 'data:image/png;base64,iVBORw0KGgo=';
    const body = await ask({
      entries: [
        user([
          { kind: 'text', text: 'See' },
          { kind: 'image', url: 'https://a.example/p q.png' },
          { kind: 'image', url: inline, detail: 'high' },
        ]),
      ],
    });
    const address = 'https://a.example/p%20q.png';
    expect(messages(body)[1]?.['content']).toEqual([
      { type: 'text', text: 'See' },
      { type: 'image_url', image_url: isMistral ? address : { url: address } },
      { type: 'image_url', image_url: { url: inline, detail: 'high' } },
    ]);
  });

  it('a PDF inline', async () => {
    const url = 'data:application/pdf;base64,JVBERi0xLjQ=';
    const body = await ask({
      entries: [
        user([
          { kind: 'text', text: 'Read' },
          { kind: 'document', url, name: 'a.pdf' },
        ]),
      ],
    });
    const [, part] = partsOf(body);
    expect(part).toEqual(
      isMistral
        ? { type: 'document_url', document_url: url, document_name: 'a.pdf' }
        : { type: 'file', file: { filename: 'a.pdf', file_data: url } },
    );
  });

  it('a text document as text', async () => {
    const url = `data:text/plain,${encodeURIComponent('All is well.')}`;
    const body = await ask({ entries: [user([{ kind: 'document', url, name: 'a.txt' }])] });
    expect(JSON.stringify(messages(body)[1])).toContain('a.txt:\\nAll is well.');
  });

  it('a document by its address, where the vendor fetches it, else a refusal that says what to do', async () => {
    const entries = [user([{ kind: 'document', url: 'https://a.example/d.pdf', name: 'D' }])];
    if (isMistral) {
      const [part] = partsOf(await ask({ entries }));
      expect(part).toEqual({
        type: 'document_url',
        document_url: 'https://a.example/d.pdf',
        document_name: 'D',
      });
      return;
    }
    const error = (await ask({ entries }).catch((thrown: unknown) => thrown)) as ModelFailure;
    expect(error).toMatchObject({ name: 'ModelFailure', status: 400 });
    expect(error.message).toMatch(/PDF in a data: address/);
  });

  it("what it thought before goes back to it as thinking, not as words of the user's to see", async () => {
    const body = await ask({
      entries: [
        user('Hello'),
        {
          kind: 'message.output',
          id: 'msg_2',
          createdAt: 'now',
          content: [
            { kind: 'thinking', text: 'So.' },
            { kind: 'text', text: 'Hi.' },
          ],
        },
        user('And?'),
      ],
    });
    expect(messages(body)[2]).toMatchObject(
      isMistral
        ? {
            content: [
              { type: 'thinking', thinking: [{ type: 'text', text: 'So.' }] },
              { type: 'text', text: 'Hi.' },
            ],
          }
        : { content: 'Hi.', reasoning_content: 'So.' },
    );
  });

  it("options of Mistral's own reach Mistral, and are refused elsewhere", async () => {
    const given = { safePrompt: true, promptMode: 'reasoning' } as const;
    if (isMistral) {
      expect(await ask({ settings: given })).toMatchObject({ safe_prompt: true, prompt_mode: 'reasoning' });
    } else {
      await expect(ask({ settings: { safePrompt: true } })).rejects.toMatchObject({ status: 400 });
      await expect(ask({ settings: { promptMode: 'reasoning' } })).rejects.toMatchObject({ status: 400 });
    }
  });
});
