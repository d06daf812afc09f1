import { Mistral } from '@mistralai/mistralai';
import { HTTPValidationError, SDKError } from '@mistralai/mistralai/models/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiServer, type ApiServer } from './open-api-server.ts';

let api: ApiServer;

beforeAll(async () => {
  api = await openApiServer();
});

afterAll(async () => {
  await api?.close();
});

const UNKNOWN = `ag_${'0'.repeat(32)}`;

describe('the official client gets the error class it has for each', () => {
  it('422: HTTPValidationError with the list', async () => {
    const error = await api.sdk.beta.agents
      .create({ model: 'offline', name: 'A', completionArgs: { temperature: 9 } })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HTTPValidationError);
    expect(error).toMatchObject({ statusCode: 422, detail: [{ loc: expect.any(Array) }] });
  });

  it('everything else: SDKError with status and body', async () => {
    const wrongKey = new Mistral({ serverURL: api.url, apiKey: 'wrong' });
    const cases: readonly [number, () => Promise<unknown>][] = [
      [401, () => wrongKey.beta.agents.list()],
      [404, () => api.sdk.beta.agents.get({ agentId: UNKNOWN })],
      [404, () => api.sdk.beta.conversations.startStream({ agentId: UNKNOWN, inputs: 'Hi' })],
      [
        400,
        () => api.sdk.beta.agents.create({ model: 'offline', name: 'A', tools: [{ type: 'web_search' }] }),
      ],
      [404, () => api.sdk.beta.connectors.get({ connectorIdOrName: 'nobody' })],
    ];
    for (const [statusCode, call] of cases) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SDKError);
      expect(error).toMatchObject({ statusCode, body: expect.stringContaining('{') });
    }
  });
});

it('a server URL that ends in /v1 is understood', async () => {
  const sdk = new Mistral({ serverURL: `${api.url}/v1`, apiKey: api.key });
  expect(await sdk.beta.agents.list({})).toEqual([]);
});
