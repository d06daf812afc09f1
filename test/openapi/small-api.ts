import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A request as the service saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface SmallService extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
}

/** A real HTTP service; an answer's body is sent as JSON unless it is text. Without an answer it echoes. */
export async function openSmallService(
  answer: (request: SeenRequest) => Answer | undefined = () => undefined,
): Promise<SmallService> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void readText(request).then(body => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers: headers as SeenRequest['headers'], body };
      seen.push(one);
      const given: Answer = answer(one) ?? { body: { method, url, body } };
      const text = typeof given.body === 'string' ? given.body : JSON.stringify(given.body);
      const type = typeof given.body === 'string' ? 'text/plain' : 'application/json';
      response.writeHead(given.status ?? 200, { 'content-type': type, ...given.headers });
      response.end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
