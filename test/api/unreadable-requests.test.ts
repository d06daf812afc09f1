import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApiServer, type ApiServer } from './open-api-server.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await openApiServer({ vendor: 'none' });
});
afterAll(() => api?.close());

/** What comes back on a connection of its own until the server closes it. */
async function sendRaw(text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.setEncoding('utf8');
  socket.on('data', chunk => (received += String(chunk)));
  socket.on('error', reject);
  socket.on('close', () => resolve(received));
  socket.write(text);
  return promise;
}

it.each([
  ['a method that is none', 'FROB /v1/agents HTTP/1.1\r\nhost: x\r\n\r\n', 400],
  ['no HTTP at all', 'hello\r\n\r\n', 400],
  ['headers without end', `GET /v1/agents HTTP/1.1\r\nhost: x\r\nx-big: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  [
    'two lengths',
    'POST /v1/agents HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
] as const)('%s is answered in the form of errors', async (_what, text, status) => {
  const [head = '', body = ''] = (await sendRaw(text)).split('\r\n\r\n');
  expect(head).toContain(`HTTP/1.1 ${status} `);
  expect(head).toContain('connection: close');
  expect(JSON.parse(body)).toEqual({
    object: 'error',
    message: expect.stringMatching(/\w\.$/) as string,
    type: 'invalid_request_error',
    param: null,
    code: null,
    raw_status_code: status,
  });
});

it.each(['a b', `<script>`, 'x'.repeat(129)])('an id of a request is plain, and %s is none', async given => {
  const idOf = async (id: string) =>
    (await api.send('GET', '/health', undefined, { 'x-request-id': id })).headers.get('x-request-id');
  expect(await idOf('trace-1.a:b')).toBe('trace-1.a:b');
  expect(await idOf(given)).toMatch(/^[0-9a-f-]{36}$/);
});
