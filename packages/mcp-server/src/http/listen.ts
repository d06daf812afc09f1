import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Listens at a host, and at every address of `localhost`: clients differ in which of 127.0.0.1 and ::1 they try, and
 * some try only one.
 *
 * @param create makes one server for each address.
 * @returns the port, the same at all of them.
 * @throws what the system says when the port cannot be had (`EADDRINUSE`, `EACCES`).
 */
export async function listenAt(create: () => Server, host: string, port: number): Promise<number> {
  const [first = host, ...others] = await findAddresses(host);
  const server = create();
  await listen(server, first, port);
  const bound = (server.address() as AddressInfo).port;
  for (const address of others) {
    // The machine may name an address that it does not have; the first one serves.
    await listen(create(), address, bound).catch(() => {});
  }
  return bound;
}

async function findAddresses(host: string): Promise<readonly string[]> {
  if (host !== 'localhost') return [host];
  const found = await lookup(host, { all: true });
  return [...new Set(found.map(({ address }) => address))];
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port });
  await once(server, 'listening');
}
