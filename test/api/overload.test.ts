import { once } from 'node:events';
import { request, type ClientRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { expectError } from './expect-error.ts';
import { openGate } from './gate.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { eventually } from './shapes.ts';
import { openSdkV2Server } from '@tramontane/testkit/tool-servers';

let api: ApiServer;
beforeAll(async () => {
  api = await openApiServer({ settings: { TRAMONTANE_OVERLOAD: 'requests=2,delay=60000' } });
});
afterAll(() => api?.close());

/** A request that the server works on until it is ended: its body has not come. */
async function beginWork(path = '/v1/agents'): Promise<ClientRequest> {
  const work = request(api.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${api.key}`,
      'content-type': 'application/json',
      'content-length': 2,
      expect: '100-continue',
    },
  });
  work.on('error', () => undefined);
  onTestFinished(() => void work.destroy());
  work.flushHeaders();
  // The server says so as the request arrives.
  await once(work, 'continue');
  return work;
}
const ask = (path = '/v1/agents') => api.send('GET', path);
const accepted = async () => ((await ask()).status === 200 ? true : undefined);

it('more work than is allowed is refused at once, with when to come back; health and metrics are not', async () => {
  const works = [await beginWork(), await beginWork()];
  const refused = await ask();
  expectError(refused, 503);
  expect(refused.json).toMatchObject({ type: 'overloaded' });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await ask('/health')).status).toBe(200);
  expect((await ask('/health/ready')).status).toBe(200);
  const metrics = await ask('/metrics');
  expect(metrics.status).toBe(200);
  expect(metrics.text).toContain('mcp_refused_requests_total{by="overload"} 1');
  for (const work of works) work.end('{}');
  expect(await eventually('the end of the work', accepted)).toBe(true);
});

it('a caller who leaves gives the place back', async () => {
  const works = [await beginWork(), await beginWork()];
  expectError(await ask(), 503);
  for (const work of works) work.destroy();
  expect(await eventually('free places', accepted)).toBe(true);
});

it('so does one whose connection breaks as the request comes', async () => {
  for (let n = 0; n < 5; n += 1) {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.on('error', () => undefined).resume();
    // One request, and in the same packet what is none.
    socket.write('GET /v1/agents HTTP/1.1\r\nhost: here\r\n\r\nno request\r\n\r\n');
    await once(socket, 'close');
  }
  expect((await ask()).status).toBe(200);
});

it('so does what no route is found for', async () => {
  for (const path of ['/%zz', '/%zz', '/%zz', '/v1/nothing', '/v1/nothing', '/v1/nothing'])
    expect((await ask(path)).status).toBeLessThan(500);
  expect((await ask()).status).toBe(200);
});

it('turns and calls that wait for a model or a tool are no work, however many there are', async () => {
  const [answer, all] = [openGate(), openGate()];
  let waiting = 0;
  const wait = async () => {
    waiting += 1;
    if (waiting === 10) all.open();
    await answer.passed;
  };
  const model = api.models.answers(async () => {
    await wait();
    return { text: 'At last' };
  });
  const tools = await openSdkV2Server({
    tools: [{ name: 'look', inputSchema: {}, handler: async () => (await wait(), 'seen') }],
  });
  onTestFinished(async () => {
    answer.open();
    await tools.close();
  });
  await api.send('POST', '/v1/connectors', { name: 'slow', description: 'd', server: tools.url });
  const turn = { model, inputs: 'Hello' };
  const chat = { model, messages: [{ role: 'user', content: 'Hello' }] };
  const answers: ReturnType<ApiServer['send']>[] = [];
  // One after the other: what is refused here is refused because of what waits.
  for (const [path, body] of Array.from(
    { length: 2 },
    () =>
      [
        ['/v1/conversations', turn],
        ['/v1/conversations', { ...turn, stream: true }],
        ['/v1/chat/completions', chat],
        ['/v1/chat/completions', { ...chat, stream: true }],
        ['/v1/connectors/slow/tools/look/call', {}],
      ] as const,
  ).flat()) {
    const before = waiting;
    answers.push(api.send('POST', path, body));
    await eventually(`a wait of ${path}`, () => (waiting > before ? true : undefined));
  }
  await all.passed;
  expect((await ask()).status).toBe(200);
  answer.open();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(answers.map(() => 200));
});
