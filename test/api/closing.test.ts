import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { openGate } from './gate.ts';
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

it('closing does not wait for a connection whose answer began before it and ended after', async () => {
  const api = await openApiServer();
  const [asked, gate] = [openGate(), openGate()];
  const model = api.models.answers(async () => {
    asked.open();
    await gate.passed;
    return { text: 'At last' };
  });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const turn = request(`${api.url}/v1/conversations`, {
    method: 'POST',
    agent,
    headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/json' },
  });
  turn.end(JSON.stringify({ model, inputs: 'Hello', stream: true }));
  const [answer] = (await once(turn, 'response')) as [IncomingMessage];
  expect(answer.headers.connection).toBe('keep-alive');
  await asked.passed;
  const closed = api.close();
  // By then the server has begun to close.
  while (await isListening(api.url)) await setImmediate();
  gate.open();
  expect(await text(answer)).toContain('event: conversation.response.done');
  await closed;
});

async function isListening(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
}
