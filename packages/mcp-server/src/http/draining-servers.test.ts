import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createDrainingServers } from './draining-servers.ts';

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As Fastify does: waits for the first, closes the second on the side. */
const closeLikeFastify = (first: Server, second: Server) => async (): Promise<void> => {
  second.close();
  first.close();
  await once(first, 'close');
};

it('waits for calls in flight at every server, and for no idle connection', async () => {
  const { create, drain } = createDrainingServers();
  const begun = Promise.withResolvers<void>();
  const open = Promise.withResolvers<void>();
  const answer: RequestListener = (_request, response) => {
    begun.resolve();
    void open.promise.then(() => response.end('done'));
  };
  const first = create((_request, response) => response.end('at once'));
  const second = create(answer);
  const [firstUrl, secondUrl] = [await listen(first), await listen(second)];
  await (await fetch(firstUrl)).text();
  const inFlight = fetch(secondUrl).then(response => response.text());
  await begun.promise;

  let aborted = false;
  let drained = false;
  const draining = drain(closeLikeFastify(first, second), () => (aborted = true), 60_000).then(
    () => (drained = true),
  );
  await expect(fetch(firstUrl)).rejects.toThrow('fetch failed');
  expect(drained).toBe(false);
  open.resolve();
  expect(await inFlight).toBe('done');
  await draining;
  expect(aborted).toBe(false);
});

it('aborts, then cuts, what does not end', async () => {
  const { create, drain } = createDrainingServers();
  const begun = Promise.withResolvers<void>();
  const server = create(() => begun.resolve());
  const call = fetch(await listen(server)).then(
    () => 'answered',
    () => 'cut',
  );
  await begun.promise;
  let aborted = false;
  const close = async (): Promise<void> => void server.close();
  await drain(close, () => (aborted = true), 10);
  expect([aborted, await call]).toEqual([true, 'cut']);
});

it('has nothing to wait for when nothing listens', async () => {
  const { create, drain } = createDrainingServers();
  create(() => {});
  await drain(
    async () => {},
    () => {},
    60_000,
  );
});
