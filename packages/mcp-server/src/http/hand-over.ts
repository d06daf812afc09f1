import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  RequestListener,
  Server,
  ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import type { WorkerReach } from '../workers/worker.ts';
import { parsePlace, SESSION_HEADER } from './session-place.ts';

/** Brings requests of sessions to the worker that has them. */
export interface HandOver {
  /** True when the request is another worker's and is on its way there; `here` is called when that one is gone. */
  readonly give: (request: IncomingMessage, response: ServerResponse, here: () => void) => boolean;
}

/** Read only from the private socket: on the port anybody could send it. */
const PEER_HEADER = 'x-tramontane-peer';
/** Of one connection, so not of the next (RFC 9110, section 7.6.1); and what node has answered already. */
const OF_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'trailer',
]);

/** Listens where other workers hand over what is this worker's. The folder is the user's own, so nobody else can. */
export async function takeHandedOver(
  { folder, id }: WorkerReach,
  create: (handler: RequestListener) => Server,
  handle: (request: IncomingMessage, response: ServerResponse, peer: string | undefined) => void,
): Promise<void> {
  const server = create((request, response) =>
    handle(request, response, toText(request.headers[PEER_HEADER])),
  );
  // Exclusive: the cluster module would share the socket with all workers.
  server.listen({ path: toSocketPath(folder, id), exclusive: true });
  await once(server, 'listening');
}

/** @param bodyLimit of a larger body nothing is handed over: it is refused before it has come. */
export function createHandOver({ folder, id: own }: WorkerReach, bodyLimit: number): HandOver {
  const http = process.getBuiltinModule('node:http');
  const open = (owner: number, request: IncomingMessage): ClientRequest | undefined => {
    try {
      return http.request({
        socketPath: toSocketPath(folder, owner),
        method: request.method,
        path: request.url,
        // Of requests without one node would make one up.
        setHost: false,
        headers: toHeaders(request),
        agent: false,
      });
    } catch {
      return undefined;
    }
  };
  const send = (
    owner: number,
    request: IncomingMessage,
    response: ServerResponse,
    here: () => void,
  ): void => {
    const upstream = open(owner, request);
    // What node takes in a request, it need not take in one of its own.
    if (upstream === undefined) return here();
    let connected = false;
    let answered = false;
    // Not a byte of the body is read before: whoever answers instead needs all of it.
    upstream.on('socket', socket =>
      socket.once('connect', () => {
        connected = true;
        request.pipe(upstream);
      }),
    );
    upstream.on('response', answer => {
      answered = true;
      // Refused before all of it had come: what is left belongs to no request.
      if (!request.complete) response.shouldKeepAlive = false;
      response.writeHead(answer.statusCode ?? 502, withoutConnection(answer.headers));
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    upstream.on('error', () => {
      if (!connected) return here();
      // The owner reads no more of a request that it has answered; the answer itself ends or fails below.
      if (answered) return void request.resume();
      if (response.headersSent) return void response.destroy();
      const detail =
        'The worker that has this session broke off before it answered. Whether the call ran is not known.';
      const body = JSON.stringify({ detail });
      response
        .writeHead(502, { 'content-type': 'application/json', 'content-length': body.length })
        .end(body);
    });
    response.on('close', () => upstream.destroy());
  };
  return {
    give: (request, response, here) => {
      const owner = parsePlace(toText(request.headers[SESSION_HEADER]) ?? findQuery(request.url));
      if (owner === undefined || owner === own) return false;
      if (Number(request.headers['content-length']) > bodyLimit) return false;
      send(owner, request, response, here);
      return true;
    },
  };
}

function toSocketPath(folder: string, id: number): string {
  return join(folder, `${id}.sock`);
}

/** Of HTTP+SSE of 2024, which names the session in the address. */
function findQuery(url = ''): string | undefined {
  const [, query] = url.split('?', 2);
  return query?.includes('sessionId=')
    ? (new URLSearchParams(query).get('sessionId') ?? undefined)
    : undefined;
}

/** Headers that came more than once go on as often: what they mean is for the owner to say. */
function toHeaders(request: IncomingMessage): Record<string, string | string[]> {
  const distinct = Object.entries(withoutConnection(request.headersDistinct));
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  return {
    ...Object.fromEntries(distinct.map(([name, values]) => [name, values.length === 1 ? values[0] : values])),
    // Of GET and DELETE node would write a body without saying where it ends, and the owner read it as a next request.
    ...(isChunked && { 'transfer-encoding': 'chunked' }),
    [PEER_HEADER]: request.socket.remoteAddress ?? '',
  };
}

function withoutConnection<Value>(
  headers: Readonly<Record<string, Value | undefined>> | IncomingHttpHeaders,
): Record<string, Value> {
  const kept = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && !OF_CONNECTION.has(name),
  );
  return Object.fromEntries(kept);
}

function toText(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
