import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { openApiServer } from './open-api-server.ts';
import { eventually } from './shapes.ts';

it('a request that was on its way when the server began to stop is carried out, and its connection closed', async () => {
  const api = await openApiServer();
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const model = api.models.plays({ text: 'Hello too' });
  const body = JSON.stringify({ model, inputs: 'Hello' });
  socket.write(
    `POST /v1/conversations HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${api.key}\r\nContent-Type: application/json\r\n`,
  );
  // It has to be read by the server before that stops: one that has sent nothing is closed as idle.
  expect((await fetch(`${api.url}/health`)).status).toBe(200);
  const closed = api.close();
  await eventually('no new connection', () =>
    fetch(`${api.url}/health`).then(
      () => undefined,
      () => true,
    ),
  );
  socket.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
  const answer = await text(socket);
  await closed;
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer.toLowerCase()).toContain('connection: close');
  expect(answer).toContain('Hello too');
});
