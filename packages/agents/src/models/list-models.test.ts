import { modelCardSchema } from '@tramontane/wire';
import { openMistralServer, openOpenAiServer, type ModelServer } from '@tramontane/testkit/model-servers';
import { afterEach, expect, it } from 'vitest';
import { createModelCatalogue } from './catalogue.ts';
import { createListModels } from './list-models.ts';

const open: ModelServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(server => server.close()));
});

const KEY = 'sk-very-secret-0123456789';
const signal = () => new AbortController().signal;
const script = () => ({});

async function start(models: ModelServer | Promise<ModelServer>): Promise<ModelServer> {
  const server = await models;
  open.push(server);
  return server;
}

function lister(settings: { mistral?: ModelServer; endpoint?: ModelServer }, now = () => 0) {
  const missing: string[] = [];
  const catalogue = createModelCatalogue({
    ...(settings.mistral && { mistralApiKey: KEY, mistralBaseUrl: settings.mistral.url }),
    ...(settings.endpoint && { baseUrl: settings.endpoint.url, apiKey: KEY }),
    offline: true,
  });
  const list = createListModels(catalogue, { onMissing: message => void missing.push(message), now });
  return { list, missing };
}

const LARGE = {
  id: 'mistral-large-latest',
  object: 'model',
  created: 1_750_000_000,
  owned_by: 'mistralai',
  capabilities: { completion_chat: true, function_calling: true, vision: true, new_thing: true },
  name: 'mistral-large-2512',
  description: 'Large',
  max_context_length: 131_072,
  aliases: ['mistral-large-2512'],
  deprecation: '2027-01-02T03:04:05',
  deprecation_replacement_model: null,
  default_model_temperature: 0.7,
  type: 'base',
  of_tomorrow: 1,
};
const TUNED = {
  ...LARGE,
  id: 'ft:open-mistral-7b:x',
  type: 'fine-tuned',
  job: 'j1',
  root: 'open-mistral-7b',
};

it("gives Mistral's cards in the documented shape, without what nobody knows", async () => {
  const mistral = await start(
    openMistralServer({ script, apiKey: KEY, models: [LARGE, TUNED, {}, 'odd-name'] }),
  );
  const listed = await lister({ mistral }).list(signal());
  expect(listed.map(({ card, provider }) => [card.id, provider])).toEqual([
    ['mistral-large-latest', 'mistral'],
    ['ft:open-mistral-7b:x', 'mistral'],
    ['offline', 'offline'],
  ]);
  for (const { card } of listed) expect(modelCardSchema.parse(card)).toEqual(card);
  expect(listed[0]?.card).toMatchObject({
    capabilities: { completion_chat: true, vision: true },
    deprecation: '2027-01-02T03:04:05.000Z',
    max_context_length: 131_072,
    aliases: ['mistral-large-2512'],
  });
  expect(listed[1]?.card).toMatchObject({ type: 'fine-tuned', job: 'j1', root: 'open-mistral-7b' });
});

it('lists an endpoint that says little of its models, and one that has no list', async () => {
  const models = [{ id: 'llama', max_model_len: 8192, owned_by: 'vllm' }];
  const endpoint = await start(openOpenAiServer({ script, apiKey: KEY, models }));
  const [llama] = await lister({ endpoint }).list(signal());
  expect(llama?.card).toMatchObject({
    id: 'llama',
    type: 'base',
    owned_by: 'vllm',
    max_context_length: 8192,
    capabilities: { completion_chat: true, function_calling: true },
  });
  const bare = await start(openOpenAiServer({ script, models: 404 }));
  expect((await lister({ endpoint: bare }).list(signal())).map(({ card }) => card.id)).toEqual(['offline']);
});

it('lists the others while one provider fails, and fails when all do', async () => {
  const mistral = await start(openMistralServer({ script, models: 401 }));
  const endpoint = await start(openOpenAiServer({ script, models: ['llama'] }));
  const both = lister({ mistral, endpoint });
  expect((await both.list(signal())).map(({ card }) => card.id)).toEqual(['llama', 'offline']);
  expect(both.missing).toEqual([expect.stringMatching(/^Mistral .* answered 401/)]);
  const error: unknown = await lister({ mistral })
    .list(signal())
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'model_failed' });
  expect(String(error)).not.toContain(KEY);
});

it('asks again when a minute has passed, not before', async () => {
  let time = 0;
  const endpoint = await start(openOpenAiServer({ script, models: ['llama'] }));
  const { list } = lister({ endpoint }, () => time);
  await list(signal());
  await endpoint.close();
  open.length = 0;
  time = 59_000;
  expect(await list(signal())).toHaveLength(2);
  time = 61_000;
  await expect(list(signal())).rejects.toMatchObject({ code: 'model_failed' });
});
