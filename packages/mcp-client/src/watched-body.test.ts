import { expect, test } from 'vitest';
import { watchBody } from './watched-body.ts';

async function read(
  chunks: readonly string[],
  maxEventBytes: number,
): Promise<{ text: string; failures: unknown[] }> {
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Buffer.from(chunk));
      controller.close();
    },
  });
  const failures: unknown[] = [];
  const body = watchBody(source, {
    maxEventBytes,
    onFailure: error => failures.push(error),
    tooLarge: () => new Error('too large'),
  });
  const text = await new Response(body).text().catch(() => 'failed');
  return { text, failures };
}

test('events of any number pass, one that never ends does not', async () => {
  const small = 'data: 123\n\n';
  expect(
    await read(
      Array.from({ length: 100 }, () => small),
      20,
    ),
  ).toEqual({ text: small.repeat(100), failures: [] });
  expect(await read(['data: 1\r\n', '\r', '\n', 'data: 22\r\n\r\n'], 12)).toMatchObject({ failures: [] });
  const endless = await read(['data: 1\n', 'data: 2\n', 'data: 3\n'], 20);
  expect([endless.text, endless.failures.length]).toEqual(['failed', 1]);
  expect((await read(['data: 1\n', 'data: 2\n', 'data: 3\n'], Infinity)).failures).toEqual([]);
});

test('a failure of the connection is reported and passed on', async () => {
  const broken = new Error('reset');
  const source = new ReadableStream<Uint8Array>({ pull: () => Promise.reject(broken) });
  const failures: unknown[] = [];
  const body = watchBody(source, {
    maxEventBytes: Infinity,
    onFailure: error => failures.push(error),
    tooLarge: () => new Error('too large'),
  });
  await expect(new Response(body).text()).rejects.toBe(broken);
  expect(failures).toEqual([broken]);
});
