import { channel } from 'node:diagnostics_channel';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllowList } from './allow-rules.ts';
import { type Egress, openEgress } from './egress.ts';
import { EgressError } from './egress-error.ts';
import { ADDRESS_VECTORS, NAME_VECTORS, REDIRECT_VECTORS } from './ssrf.test-vectors.ts';

/** Hears every connection to this machine's port; none may come. */
let canary: Server;
let port = 0;
const heard: string[] = [];
/** Connections that this process began, whoever they went to. */
let attempts = 0;
const watchSocket = (message: unknown): void => {
  (message as { socket: Socket }).socket.on('connectionAttempt', () => {
    attempts += 1;
  });
};

beforeAll(async () => {
  canary = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.end('heard');
  });
  canary.on('connection', () => heard.push('connection'));
  await new Promise<void>(resolve => canary.listen(0, '::', resolve));
  port = (canary.address() as AddressInfo).port;
  channel('net.client.socket').subscribe(watchSocket);
});
afterAll(async () => {
  channel('net.client.socket').unsubscribe(watchSocket);
  canary.closeAllConnections();
  await new Promise(resolve => canary.close(resolve));
});

const REFUSALS = ['address_refused', 'invalid_url', 'redirect_refused'];

async function outcome(work: Promise<Response>): Promise<string> {
  return work.then(
    response => `it got out: HTTP ${response.status}`,
    (error: unknown) => (error instanceof EgressError ? error.code : String(error)),
  );
}

/** A WebSocket that opened, as the answer it would be. */
async function opened(egress: Egress, url: string): Promise<Response> {
  (await egress.webSocket(url)).close();
  return new Response();
}

function withPort(vector: string): string {
  return vector.replaceAll('PORT', String(port));
}

const vectors = [
  ...Object.values(ADDRESS_VECTORS).flat(),
  ...Object.keys(NAME_VECTORS),
  ...REDIRECT_VECTORS.map(vector => `redirect to ${vector}`),
];

test('the corpus is as large as it claims to be, and says nothing twice', () => {
  expect(new Set(vectors).size).toBe(vectors.length);
  expect(vectors.length).toBeGreaterThanOrEqual(200);
});

test('the canary hears what does get out', async () => {
  const open = openEgress({ allow: parseAllowList('loopback') });
  const before = attempts;
  expect(await outcome(open.fetch(withPort('http://127.0.0.1:PORT/')))).toBe('it got out: HTTP 200');
  await open.close();
  expect(attempts).toBeGreaterThan(before);
  expect(heard.splice(0)).toEqual(['connection', 'GET /']);
});

describe.each(Object.entries(ADDRESS_VECTORS))('%s', (_kind, list) => {
  test.each(list)('%j', async vector => {
    const egress = openEgress({ allow: [], resolve: async () => [] });
    const before = attempts;
    const codes = [
      await outcome(egress.fetch(withPort(vector))),
      await outcome(opened(egress, withPort(vector).replace(/^http:/i, 'ws:'))),
    ];
    await egress.close();
    // A host of no meaning is looked up, and the name server does not know it.
    for (const code of codes) expect([...REFUSALS, 'unreachable']).toContain(code);
    expect({ attempts: attempts - before, heard: [...heard] }).toEqual({ attempts: 0, heard: [] });
  });
});

describe('names that lead inside', () => {
  test.each(Object.entries(NAME_VECTORS))('%s → %j', async (name, addresses) => {
    const egress = openEgress({ allow: [], resolve: async () => addresses });
    const before = attempts;
    const codes = [
      await outcome(egress.fetch(`http://${name}:${port}/`)),
      await outcome(egress.fetch(`https://${name}./`)),
      await outcome(egress.fetch(`http://${name}/`, { method: 'POST', body: 'x' })),
      await outcome(opened(egress, `ws://${name}:${port}/`)),
      await outcome(opened(egress, `wss://${name}/`)),
    ];
    await egress.close();
    expect(codes).toEqual(codes.map(() => 'address_refused'));
    expect({ attempts: attempts - before, heard: [...heard] }).toEqual({ attempts: 0, heard: [] });
  });

  test('a name that changes its mind is connected to where it was checked', async () => {
    const answers = ['127.0.0.2', '127.0.0.1', '127.0.0.1'];
    const good = await listen('127.0.0.2', (_request, response) => response.end('good'));
    const egress = openEgress({
      allow: parseAllowList('127.0.0.2/32'),
      resolve: async () => [answers.shift() ?? '127.0.0.1'],
    });
    const response = await egress.fetch(`http://rebinding.example:${good.port}/`);
    expect(await response.text()).toBe('good');
    await good.close();
    // The next connection asks again, and what it is told now is refused.
    expect(await outcome(egress.fetch(`http://rebinding.example:${port}/`))).toBe('address_refused');
    await egress.close();
    expect(heard).toEqual([]);
  });
});

describe('redirects of a server that is let through', () => {
  const statuses = [301, 302, 303, 307, 308];
  test.each(REDIRECT_VECTORS)('%j', async vector => {
    const server = await listen('127.0.0.1', (request, response) => {
      const [, status = ''] = /^\/(\d+)/.exec(request.url ?? '') ?? [];
      const location = withPort(vector).replace('ORIGIN', `http://${request.headers.host}`);
      response.writeHead(Number(status), { location }).end();
    });
    const egress = openEgress({ allow: parseAllowList(`127.0.0.1:${server.port}`), resolve: async () => [] });
    for (const status of statuses) {
      const code = await outcome(egress.fetch(`http://127.0.0.1:${server.port}/${status}`));
      expect(REFUSALS).toContain(code);
    }
    await egress.close();
    await server.close();
    expect(heard).toEqual([]);
  });
});

describe('ports of our own, with everything else let through', () => {
  const everything = 'loopback,private,0.0.0.0/0,::/0,0.0.0.0/8';
  const hosts = [
    '127.0.0.1',
    'localhost',
    '127.9.9.9',
    '[::1]',
    '0.0.0.0',
    '[::]',
    '[::ffff:127.0.0.1]',
    '2130706433',
    'alias.example',
  ];
  test.each(hosts)('%s', async host => {
    const egress: Egress = openEgress({
      allow: parseAllowList(everything),
      refuse: [String(port)],
      resolve: async () => ['127.0.0.1'],
    });
    const before = attempts;
    expect(await outcome(egress.fetch(`http://${host}:${port}/`))).toBe('address_refused');
    expect(await outcome(opened(egress, `ws://${host}:${port}/`))).toBe('address_refused');
    await egress.close();
    expect({ attempts: attempts - before, heard: [...heard] }).toEqual({ attempts: 0, heard: [] });
  });
});

test('a rule of the operator does not hold for what only the public network may be', async () => {
  const egress = openEgress({ allow: parseAllowList('loopback,private') });
  const before = attempts;
  for (const url of [`http://127.0.0.1:${port}/`, 'http://10.0.0.1/', `http://[::1]:${port}/`]) {
    expect(await outcome(egress.fetch(url, { publicOnly: true }))).toBe('address_refused');
    await expect(egress.check(url, { publicOnly: true })).rejects.toMatchObject({ code: 'address_refused' });
  }
  await egress.close();
  expect({ attempts: attempts - before, heard: [...heard] }).toEqual({ attempts: 0, heard: [] });
});

async function listen(
  host: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer(answer);
  await new Promise<void>(resolve => server.listen(0, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
