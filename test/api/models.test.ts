import { openMistralServer, type ModelServer } from '@tramontane/testkit/model-servers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unknownParts } from '../../packages/wire/src/testing/canned-client.ts';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';

// Models of both vendors at once: API reference, models.

let api: ApiServer;
let mistral: ModelServer;

beforeAll(async () => {
  const card = { id: 'mistral-small-latest', type: 'base', aliases: ['mistral-small-2603'] };
  mistral = await openMistralServer({ script: () => ({ text: 'From Mistral.' }), models: [card] });
  api = await openApiServer({ settings: { MISTRAL_API_KEY: 'k', MISTRAL_BASE_URL: mistral.url } });
});

afterAll(async () => {
  await Promise.all([api?.close(), mistral?.close()]);
});

/** The client has a third kind of card, for those it did not understand. */
function idOf(card: object): unknown {
  return 'id' in card ? card.id : undefined;
}

function known<T>(answer: T): T {
  expect(unknownParts(answer)).toEqual([]);
  return answer;
}

it('are listed, found by name and alias, filtered by provider', async () => {
  const all = known(await api.sdk.models.list());
  expect(all.data?.map(idOf)).toEqual(['mistral-small-latest', 'test-model', 'offline']);
  for (const [request, ids] of [
    [{ provider: 'mistral' }, ['mistral-small-latest']],
    [{ provider: 'openai-compatible' }, ['test-model']],
    [{ model: 'offline' }, ['offline']],
    [{ provider: 'mistral', model: 'offline' }, []],
  ] as const) {
    expect((await api.sdk.models.list(request)).data?.map(idOf)).toEqual(ids);
  }
  for (const modelId of ['mistral-small-latest', 'mistral-small-2603']) {
    expect(known(await api.sdk.models.retrieve({ modelId }))).toMatchObject({
      id: 'mistral-small-latest',
      type: 'base',
      capabilities: { completionChat: true },
    });
  }
  expectError(await api.send('GET', '/v1/models/nobody'), 404);
});

it('are asked by their names', async () => {
  const answer = await api.sdk.chat.complete({
    model: 'mistral-small-latest',
    messages: [{ role: 'user', content: 'Hi' }],
  });
  expect(answer.choices[0]?.message?.content).toBe('From Mistral.');
});

it.each([
  ['DELETE', '/v1/models/'],
  ['PATCH', '/v1/fine_tuning/models/'],
  ['POST', '/v1/fine_tuning/models/', '/archive'],
  ['DELETE', '/v1/fine_tuning/models/', '/archive'],
])('are not changed here: %s %s', async (method, path, end = '') => {
  const answer = await api.send(method, `${path}offline${end}`);
  expectError(answer, 400);
  expect(answer.json).toMatchObject({ type: 'not_supported', param: 'model_id' });
  expectError(await api.send(method, `${path}nobody${end}`), 404);
});
