import type { ContentDelta, ModelRequest } from '@tramontane/engine';
import { expect, it } from 'vitest';
import { createCallModel } from './call-model.ts';
import { createModelCatalogue } from './catalogue.ts';

const request = (content: string, over: Partial<ModelRequest> = {}): ModelRequest => ({
  model: 'any-name',
  instructions: '',
  entries: [{ kind: 'message.input', id: 'm', createdAt: 'now', role: 'user', content, prefix: false }],
  tools: [],
  toolChoice: 'auto',
  settings: {},
  ...over,
});

const LOOKUP = {
  name: 'lookup',
  description: 'Looks up',
  inputSchema: { type: 'object', properties: { id: { type: 'string' } } },
  readOnly: true,
};

it('refuses a name that no provider has', async () => {
  const call = createCallModel(createModelCatalogue({ offline: false }));
  const answer = call(request('Hello'), { signal: new AbortController().signal, onDelta: () => {} });
  await expect(answer).rejects.toMatchObject({ code: 'invalid_model' });
});

it('calls the offline model the same way as a vendor', async () => {
  const call = createCallModel(createModelCatalogue({ offline: true }));
  const deltas: ContentDelta[] = [];
  const options = {
    signal: new AbortController().signal,
    onDelta: (delta: ContentDelta) => deltas.push(delta),
  };
  const answer = await call(request('Use lookup with id 42', { tools: [LOOKUP] }), options);
  expect(answer).toMatchObject({
    content: '',
    calls: [{ name: 'lookup', arguments: '{"id":"42"}' }],
    finish: 'tool_calls',
  });
  expect(answer.usage.promptTokens).toBeGreaterThan(0);

  const chat = await call(request('Hello'), options);
  expect(chat.content).toContain('Offline model');
  expect(deltas.length).toBeGreaterThan(5);
  expect(deltas.map(delta => delta.text).join('')).toBe(chat.content);
});

it('stops in the middle of an offline answer', async () => {
  const call = createCallModel(createModelCatalogue({ offline: true }));
  const stop = new AbortController();
  const answer = call(request('Hello'), { signal: stop.signal, onDelta: () => stop.abort() });
  await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
});

it('does not act again on an older message that had no answer', async () => {
  const call = createCallModel(createModelCatalogue({ offline: true }));
  const entries = ['Use lookup with id 42', 'Never mind'].map((content, index) => ({
    ...(request(content).entries[0] as ModelRequest['entries'][number]),
    id: `m${index}`,
  }));
  const options = { signal: new AbortController().signal, onDelta: () => {} };
  const answer = await call(request('', { entries, tools: [LOOKUP] }), options);
  expect(answer.calls).toEqual([]);
});

const ignored = () => ({ signal: new AbortController().signal, onDelta: () => {} });
const missing = (connectorName: string, message: string): ModelRequest['entries'][number] => ({
  kind: 'tools.missing',
  id: `missing-${connectorName}`,
  createdAt: 'now',
  completedAt: 'now',
  connectorId: 'c',
  connectorName,
  code: 'unreachable',
  message,
});
const WHY = 'Connection refused at http://127.0.0.1:9/mcp.\n\n  Is it running?';
const WHY_LINE = 'Connection refused at http://127.0.0.1:9/mcp. Is it running?';

it('says why tools are missing, whatever the instructions are', async () => {
  const call = createCallModel(createModelCatalogue({ offline: true }));
  for (const instructions of ['', 'Be kind.\n\nBe brief.']) {
    const asked = request('How is the weather?', { instructions });
    const entries = [
      ...asked.entries,
      missing('weather', WHY),
      missing('clock', 'It did not answer in time.'),
    ];
    const { content } = await call({ ...asked, entries }, ignored());
    expect(content).toContain(`Tools of server weather cannot be used now: ${WHY_LINE}`);
    expect(content).toContain('Tools of server clock cannot be used now: It did not answer in time.');
    expect(content).not.toContain('I have no tools here');
    expect(content).not.toContain('Be brief');
  }
});

it('says why some tools are missing when it has others', async () => {
  const call = createCallModel(createModelCatalogue({ offline: true }));
  const asked = request('How is the weather?', { tools: [LOOKUP] });
  const { content } = await call(
    { ...asked, entries: [...asked.entries, missing('weather', WHY)] },
    ignored(),
  );
  expect(content).toContain('`lookup`');
  expect(content).toContain(`Tools of server weather cannot be used now: ${WHY_LINE}`);
});

it('no longer says what was missing in an earlier turn', async () => {
  const call = createCallModel(createModelCatalogue({ offline: true }));
  const asked = request('Hello');
  const entries = [...asked.entries, missing('weather', WHY), ...asked.entries];
  const { content } = await call({ ...asked, entries }, ignored());
  expect(content).not.toContain('cannot be used');
  expect(content).toContain('I have no tools here');
});

it.each([
  ['one word', 'x'],
  ['sentences', 'Some words. '],
  ['spaces', ' '],
  ['quotation marks', '"'],
  ['braces', '{'],
  ['names of the tool', 'lookup, '],
])('answers a message of 5 MB of %s by its first characters', async (_name, unit) => {
  const call = createCallModel(createModelCatalogue({ offline: true }));
  const long = unit.repeat(Math.ceil(5_000_000 / unit.length));
  const other = { ...LOOKUP, name: 'fetch_page' };
  const asked = request(`Use lookup with id 42. ${long}. Use fetch_page with id 7.`, {
    tools: [LOOKUP, other],
  });
  const answer = await call(asked, ignored());
  expect(answer.calls.map(({ name }) => name)).toEqual(['lookup']);
  const late = await call(request(`${long}. Use fetch_page with id 7.`, { tools: [other] }), ignored());
  expect(late.calls).toEqual([]);
});
