import { lookup } from 'node:dns/promises';
import { createServer, type Server } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { listenAt } from './listen.ts';

const servers: Server[] = [];
const create = (): Server => {
  const server = createServer((_request, response) => response.end('here'));
  servers.push(server);
  return server;
};
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

it('listens at every address of localhost, at one port', async () => {
  const port = await listenAt(create, 'localhost', 0);
  const found = await lookup('localhost', { all: true });
  for (const { address, family } of found) {
    const host = family === 6 ? `[${address}]` : address;
    expect(await (await fetch(`http://${host}:${port}`)).text()).toBe('here');
  }
});

it('says when the port cannot be had', async () => {
  const port = await listenAt(create, '127.0.0.1', 0);
  await expect(listenAt(create, '127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
