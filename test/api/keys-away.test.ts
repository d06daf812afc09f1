import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { createGuards } from '@tramontane/guards';
import { createMemoryOnceStore, createOnce, type OnceStore } from '@tramontane/guards/once';
import { createMcpServer, defineTool, serveHttp } from '@tramontane/mcp-server';
import { pino } from 'pino';
import * as z from 'zod';
import { openApiServer } from './open-api-server.ts';

it('a call that its trusted server did not run for want of its keys may be asked for again with the same key', async () => {
  let isAway = true;
  let calls = 0;
  const memory = createMemoryOnceStore();
  const store: OnceStore = {
    ...memory,
    claim: (...asked) =>
      isAway ? Promise.reject(new Error('The database is away.')) : memory.claim(...asked),
  };
  const book = defineTool({
    name: 'book',
    description: 'Books.',
    input: z.object({}),
    idempotent: true,
    handler: () => `booked ${(calls += 1)}`,
  });
  const log = pino({ level: 'silent' });
  const kit = await serveHttp(createMcpServer({ name: 'shop', version: '1.0.0', tools: [book] }), {
    port: 0,
    guards: createGuards({ once: createOnce({ store, log }) }),
  });
  onTestFinished(() => kit.close());
  const api = await openApiServer({ trusted: kit.url });
  onTestFinished(() => api.close());
  await api.send('POST', '/v1/connectors', { name: 'shop', description: 'd', server: `${kit.url}/mcp` });

  const key = randomUUID();
  const call = () => api.send('POST', '/v1/connectors/shop/tools/book/call', {}, { 'idempotency-key': key });
  expect((await call()).text).toContain('the call was not run');
  isAway = false;
  const ran = await call();
  expect(ran.text).toContain('booked 1');
  expect((await call()).text).toBe(ran.text);
  expect(calls).toBe(1);
});
