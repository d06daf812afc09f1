import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { parseAllowList } from './allow-rules.ts';
import { type Egress, type EgressOptions, openEgress } from './egress.ts';
import { EgressError } from './egress-error.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(
  answer: Answer,
  host = '127.0.0.1',
): Promise<{ url: string; port: number; seen: string[]; server: Server }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, seen, server };
}

function open(allow: string, options: Partial<EgressOptions> = {}): Egress {
  const egress = openEgress({ allow: parseAllowList(allow), ...options });
  closers.push(() => egress.close());
  return egress;
}

async function failure(work: Promise<unknown>): Promise<EgressError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof EgressError) return error;
  throw error;
}

describe('an exchange', () => {
  test('delivers status, headers and body as a standard Response', async () => {
    const { url } = await serve((request, response) => {
      response.setHeader('x-echo', String(request.headers['x-test']));
      response.writeHead(201, 'Made');
      request.pipe(response);
    });
    const response = await open('loopback').fetch(`${url}/a?b=1`, {
      method: 'post',
      headers: { 'x-test': 'v' },
      body: '{"a":1}',
    });
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.statusText, response.headers.get('x-echo'), response.url]).toEqual([
      201,
      'Made',
      'v',
      `${url}/a?b=1`,
    ]);
    expect(response.body).toBeInstanceOf(ReadableStream);
    expect(await response.json()).toEqual({ a: 1 });
  });

  test('a status without body has none', async () => {
    const { url } = await serve((_request, response) => response.writeHead(204).end());
    const response = await open('loopback').fetch(url);
    expect([response.status, response.body]).toEqual([204, null]);
  });

  test('proxy variables are not used', async () => {
    const proxy = await serve((_request, response) => response.end('from the proxy'));
    const { url } = await serve((_request, response) => response.end('direct'));
    process.env['HTTP_PROXY'] = proxy.url;
    closers.push(() => Promise.resolve(delete process.env['HTTP_PROXY']));
    expect(await (await open('loopback').fetch(url)).text()).toBe('direct');
    expect(proxy.seen).toEqual([]);
  });
});

describe('addresses', () => {
  test('nothing is sent to a refused address', async () => {
    const { port, seen } = await serve((_request, response) => response.end());
    const egress = open('');
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]']) {
      const error = await failure(egress.fetch(`http://${host}:${port}/`));
      expect([host, error.code, error.data.sent]).toEqual([host, 'address_refused', false]);
      expect((await failure(egress.check(`http://${host}:${port}/`))).code).toBe('address_refused');
    }
    expect(seen).toEqual([]);
  });

  test('a port that the HTTP client itself refuses is named as the reason', async () => {
    const error = await failure(open('loopback').fetch('http://127.0.0.1:6000/'));
    expect([error.code, error.data.sent]).toEqual(['invalid_url', false]);
    expect(error.message).toContain('its port is one that HTTP clients refuse');
  });

  test('a port of ours is refused although a rule allows it', async () => {
    const { url, port, seen } = await serve((_request, response) => response.end());
    expect((await failure(open('loopback', { refuse: [String(port)] }).fetch(url))).code).toBe(
      'address_refused',
    );
    expect(seen).toEqual([]);
  });

  test('a resolver that changes its answer is asked once and cannot move the connection', async () => {
    const { port, seen } = await serve((_request, response) => response.end('inside'));
    // First a public address that nothing answers at in a test, then the loopback: the usual rebinding.
    const answers = [['203.0.113.9'], ['127.0.0.1']];
    let asked = 0;
    const resolve = (): Promise<string[]> => Promise.resolve(answers[Math.min(asked++, 1)] ?? []);
    const first = open('203.0.113.0/24', { resolve });
    await failure(first.fetch(`http://rebind.example:${port}/`, { timeoutMs: 300 }));
    expect(asked).toBe(1);
    const second = await failure(first.fetch(`http://rebind.example:${port}/`));
    expect([second.code, second.data.address]).toEqual(['address_refused', '127.0.0.1']);
    expect(seen).toEqual([]);
  });

  test('a name is connected at the address that was checked, with its own Host header', async () => {
    const { port } = await serve((request, response) => response.end(request.headers.host));
    const egress = open('loopback', { resolve: () => Promise.resolve(['127.0.0.1']) });
    expect(await (await egress.fetch(`http://tools.example:${port}/`)).text()).toBe(`tools.example:${port}`);
  });

  test('an IPv6 address is connected as it is written', async context => {
    const server = await serve((request, response) => response.end(request.headers.host), '::1').catch(
      () => undefined,
    );
    if (server === undefined) return context.skip('this machine has no IPv6 loopback');
    const url = `http://[::1]:${server.port}/`;
    expect(await (await open('loopback').fetch(url)).text()).toBe(`[::1]:${server.port}`);
    expect((await failure(open('').fetch(url))).code).toBe('address_refused');
  });

  test.each([
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'not a url',
    'http://user:secret@127.0.0.1/',
    'data:,x',
  ])('%s is not a target', async url => {
    const error = await failure(open('loopback').fetch(url));
    expect(error.code).toBe('invalid_url');
    expect(error.message).not.toContain('secret');
  });
});

describe('redirects', () => {
  const redirecting: Answer = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const [, status] = /^\/r(\d+)$/.exec(pathname) ?? [];
    if (status !== undefined) {
      response.writeHead(Number(status), { location: searchParams.get('to') ?? '' }).end('moved');
      return;
    }
    response.writeHead(200, {
      'x-type': request.headers['content-type'] ?? 'none',
      'x-auth': request.headers.authorization ?? '',
    });
    response.write(`${request.method} `);
    request.pipe(response);
  };

  test.each([
    [301, 'POST', 'GET ', 'none'],
    [302, 'POST', 'GET ', 'none'],
    [303, 'PUT', 'GET ', 'none'],
    [302, 'PUT', 'PUT data', 'text/plain'],
    [307, 'POST', 'POST data', 'text/plain'],
    [308, 'POST', 'POST data', 'text/plain'],
  ])('%i of a %s arrives as "%s"', async (status, method, arrived, type) => {
    const { url } = await serve(redirecting);
    const response = await open('loopback').fetch(`${url}/r${status}?to=/end`, {
      method,
      body: 'data',
      headers: { 'content-type': 'text/plain', authorization: 'Bearer t' },
    });
    expect([
      await response.text(),
      response.headers.get('x-type'),
      response.headers.get('x-auth'),
      response.url,
    ]).toEqual([arrived, type, 'Bearer t', `${url}/end`]);
  });

  test('another origin is refused and sees nothing', async () => {
    const other = await serve((_request, response) => response.end());
    const { url, port } = await serve(redirecting);
    for (const to of [
      other.url,
      `http://localhost:${port}/`,
      'https://127.0.0.1/',
      'file:///etc/passwd',
      'http://169.254.169.254/',
    ]) {
      const error = await failure(open('loopback').fetch(`${url}/r302?to=${encodeURIComponent(to)}`));
      expect([to, error.code]).toEqual([to, 'redirect_refused']);
    }
    expect(other.seen).toEqual([]);
  });

  test('at most five are followed', async () => {
    const { url, seen } = await serve((_request, response) =>
      response.writeHead(302, { location: '/again' }).end(),
    );
    expect((await failure(open('loopback').fetch(url))).code).toBe('redirect_refused');
    expect(seen.length).toBe(6);
  });

  test('a refused redirect does not hold its connection', async () => {
    let closed = 0;
    const { url } = await serve((_request, response) => {
      response.on('close', () => (closed += 1));
      response.writeHead(302, { location: 'https://elsewhere.example/' }).write('a body that never ends');
    });
    expect((await failure(open('loopback').fetch(url, { timeoutMs: Infinity }))).code).toBe(
      'redirect_refused',
    );
    await expect.poll(() => closed).toBe(1);
  });

  test('manual hands the redirect over, error refuses it', async () => {
    const { url } = await serve(redirecting);
    const egress = open('loopback');
    const response = await egress.fetch(`${url}/r302?to=/end`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/end']);
    await response.body?.cancel();
    expect((await failure(egress.fetch(`${url}/r302?to=/end`, { redirect: 'error' }))).code).toBe(
      'redirect_refused',
    );
  });
});

describe('limits', () => {
  test('a body is cut off while it streams, by its decoded size', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/zip')
        response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(1_000_000)));
      else for (let index = 0; index < 100; index += 1) response.write(Buffer.alloc(10_000));
    });
    const egress = open('loopback');
    for (const path of ['/zip', '/stream']) {
      const response = await egress.fetch(url + path, { maxBodyBytes: 50_000 });
      expect((await failure(response.arrayBuffer())).code).toBe('body_too_large');
    }
    expect((await (await egress.fetch(`${url}/zip`)).arrayBuffer()).byteLength).toBe(1_000_000);
  });

  test('the time limit covers the wait for headers and the body, and ends the connection', async () => {
    let closed = 0;
    const { url } = await serve((request, response) => {
      response.on('close', () => (closed += 1));
      if (request.url === '/half') response.writeHead(200).write('half');
    });
    const egress = open('loopback');
    const silent = await failure(egress.fetch(`${url}/silent`, { timeoutMs: 100 }));
    expect([silent.code, silent.data.sent]).toEqual(['timed_out', true]);
    const half = await egress.fetch(`${url}/half`, { timeoutMs: 100 });
    expect((await failure(half.text())).code).toBe('timed_out');
    await expect.poll(() => closed).toBe(2);
  });

  test('a stream without limits stays open and arrives piece by piece', async () => {
    let write: ((text: string) => void) | undefined;
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      write = text => void response.write(text);
    });
    const response = await open('loopback').fetch(url, { timeoutMs: Infinity, maxBodyBytes: Infinity });
    const reader = response.body?.getReader();
    for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
      write?.(text);
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(text);
    }
    await reader?.cancel();
  });
});

describe('failures', () => {
  test('a refused connection was not sent; one that breaks later was', async () => {
    const { url, server } = await serve((request, response) => {
      if (request.url === '/body')
        response.writeHead(200, { 'content-length': 100 }).write('part', () => request.socket.destroy());
      else request.socket.destroy();
    });
    const egress = open('loopback');
    const broken = await failure(egress.fetch(url, { method: 'POST', body: 'x' }));
    expect([broken.code, broken.data.sent]).toEqual(['unreachable', true]);
    const cut = await failure((await egress.fetch(`${url}/body`)).text());
    expect([cut.code, cut.data.sent]).toEqual(['unreachable', true]);
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    const gone = await failure(egress.fetch(url));
    expect([gone.code, gone.data.sent]).toEqual(['unreachable', false]);
    expect(gone.message).toContain('ECONNREFUSED');
  });

  test('an answer that is not HTTP is a broken connection', async () => {
    const server = createTcpServer(socket =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('SSH-2.0-nonsense\r\n\r\n'),
    );
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise(resolve => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    expect((await failure(open('loopback').fetch(`http://127.0.0.1:${port}/`))).code).toBe('unreachable');
  });

  test('an abort by the caller stays an abort, before and during the body', async () => {
    const { url } = await serve((_request, response) => void response.writeHead(200).write('half'));
    const egress = open('loopback');
    await expect(egress.fetch(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    const controller = new AbortController();
    const response = await egress.fetch(url, { signal: controller.signal });
    const text = response.text();
    controller.abort();
    await expect(text).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('after close nothing is sent', async () => {
    const { url, seen } = await serve((_request, response) => response.end());
    const egress = open('loopback');
    await egress.close();
    expect((await failure(egress.fetch(url))).code).toBe('unreachable');
    expect(seen).toEqual([]);
  });
});
