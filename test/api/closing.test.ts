import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { openApiServer } from './open-api-server.ts';

it('closing does not wait for connections that never asked for anything', async () => {
  const api = await openApiServer();
  const unused = connect(Number(new URL(api.url).port), '127.0.0.1');
  await once(unused, 'connect');
  // An answer on another connection: by then the server knows of the first.
  expect((await api.send('GET', '/health')).status).toBe(200);
  const ended = once(unused, 'close');
  unused.resume();
  await api.close();
  await ended;
});
