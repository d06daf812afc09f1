import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openGate } from './gate.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { foldFrames } from './read-stream.ts';
import { expectRules } from './stream-rules.ts';

/** npm run soak has 1,000. */
const RUNS = 50;
const MODEL_MS = 1000;

let api: ApiServer;
beforeAll(async () => {
  api = await openApiServer();
});
afterAll(() => api?.close());

it(`${RUNS} streamed runs at once, each on a model that takes a second: all complete, each with its own answer`, async () => {
  const all = openGate();
  let arrived = 0;
  const model = api.models.answers(async request => {
    arrived += 1;
    // None is answered before the last one is asked: they are under way together.
    if (arrived === RUNS) all.open();
    await all.passed;
    await sleep(MODEL_MS);
    return { text: `Echo of ${String(request.messages.at(-1)?.content)}` };
  });
  const answers = await Promise.all(
    Array.from({ length: RUNS }, (_, n) =>
      api.send('POST', '/v1/conversations', { model, inputs: `run ${n}`, stream: true }),
    ),
  );
  for (const [n, answer] of answers.entries()) {
    expect(foldFrames(expectRules(answer.text))).toMatchObject([{ content: [`Echo of run ${n}`] }]);
  }
});
