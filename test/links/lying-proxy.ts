import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

/** What the proxy does with a call. All but `early` and `pass` happen after the server has acted. */
export const TRICKS = [
  'pass',
  'pass',
  'pass',
  'delay',
  'early',
  'drop',
  'cut',
  'gateway',
  'gone',
  'garbage',
  'page',
  'other_id',
] as const;
export type Trick = (typeof TRICKS)[number];

export interface LyingProxy {
  readonly url: string;
  readonly played: ReadonlyMap<Trick, number>;
  close(): Promise<void>;
}

/** Stands before a tool server, lets everything but calls of tools through, and plays a trick on some of those. */
export async function openLyingProxy(upstream: string, random: () => number): Promise<LyingProxy> {
  const played = new Map<Trick, number>();

  async function forward(request: IncomingMessage, body: string): Promise<Response> {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers))
      if (typeof value === 'string' && !HOP.has(name)) headers.set(name, value);
    return fetch(new URL(request.url ?? '/', upstream), {
      method: request.method ?? 'GET',
      headers,
      ...(body === '' ? {} : { body }),
    });
  }

  async function pass(response: ServerResponse, answer: Response): Promise<void> {
    response.writeHead(answer.status, headersOf(answer));
    if (answer.body !== null) {
      response.flushHeaders();
      for await (const chunk of answer.body) response.write(chunk);
    }
    response.end();
  }

  async function play(
    trick: Trick,
    request: IncomingMessage,
    response: ServerResponse,
    body: string,
  ): Promise<void> {
    if (trick === 'early') {
      response.destroy();
      return;
    }
    if (trick === 'delay') await wait(10 + random() * 60);
    const answer = await forward(request, body);
    if (trick === 'pass' || trick === 'delay' || answer.status === 404) {
      // A server that lost its session has not acted.
      await pass(response, answer);
      return;
    }
    const said = await answer.text();
    switch (trick) {
      case 'drop':
        response.destroy();
        break;
      case 'cut':
        response.writeHead(answer.status, headersOf(answer));
        response.write(said.slice(0, said.length / 2), () => response.destroy());
        break;
      case 'gateway':
        response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>');
        break;
      case 'gone':
        response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>');
        break;
      case 'garbage':
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":');
        break;
      case 'page':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
        break;
      case 'other_id':
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{"jsonrpc":"2.0","id":987654,"result":{"resultType":"complete","content":[]}}');
        break;
    }
  }

  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = await text(request);
      const isCall = body.includes('"tools/call"');
      const trick = isCall ? (TRICKS[Math.floor(random() * TRICKS.length)] ?? 'pass') : 'pass';
      if (isCall) played.set(trick, (played.get(trick) ?? 0) + 1);
      await play(trick, request, response, body);
    };
    answer().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    played,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const HOP: ReadonlySet<string> = new Set(['connection', 'content-length', 'host', 'transfer-encoding']);

function headersOf(answer: Response): Record<string, string> {
  return Object.fromEntries(
    [...answer.headers].filter(([name]) => !HOP.has(name) && name !== 'content-encoding'),
  );
}
