import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface ServiceRequest {
  readonly method: string;
  /** With the query. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ServiceAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body: object;
}

export interface HttpService extends AsyncDisposable {
  readonly url: string;
  /** Every request since the start. */
  readonly requests: readonly ServiceRequest[];
}

/** An HTTP service on a free port of this machine. */
export async function openHttpService(
  answer: (request: ServiceRequest, body: unknown) => ServiceAnswer,
): Promise<HttpService> {
  const requests: ServiceRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const respond = async (): Promise<void> => {
      const request = await readRequest(incoming);
      requests.push(request);
      const { status = 200, headers, body } = answer(request, parseBody(request));
      outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
      outgoing.end(JSON.stringify(body));
    };
    respond().catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<ServiceRequest> {
  const { method = '', url = '', headers } = incoming;
  let body = '';
  for await (const chunk of incoming.setEncoding('utf8')) body += String(chunk);
  return { method, url: new URL(url, 'http://service'), headers, body };
}

function parseBody({ headers, body }: ServiceRequest): unknown {
  return headers['content-type'] === 'application/json' ? JSON.parse(body) : undefined;
}
