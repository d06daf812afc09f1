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
