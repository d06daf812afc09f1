import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApiServer, type ApiServer } from './open-api-server.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await openApiServer();
});
afterAll(() => api.close());

it.each([
  ['is not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /UTF-8/],
  ['holds __proto__', '{"model":"m","name":"n","metadata":{"__proto__":{"a":1}}}', /__proto__/],
])('a body that %s says so', async (_what, body, message) => {
  const response = await fetch(`${api.url}/v1/agents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/json' },
    body,
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ message: expect.stringMatching(message) });
});
