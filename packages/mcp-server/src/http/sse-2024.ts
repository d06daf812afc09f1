import type { Visit } from '@tramontane/guards';
import { createParseErrorReply } from '../engine/engine.ts';
import { parseJson } from '../engine/json.ts';
import type { Session } from '../engine/session.ts';
import type { McpServer } from '../server.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { json, type HttpAnswer, type HttpRequest } from './http-message.ts';
import { toRequestMeta } from './request-meta.ts';
import { refuseType, type Endpoint, type Route } from './route.ts';
import { toPlace } from './session-place.ts';

export interface Sse2024Options {
  readonly path: string;
  readonly bodyLimit: number;
  readonly maxSessions: number;
  /** Told of each session; what it returns, of its end. */
  readonly opened: (what: 'session') => () => void;
}

interface Connected {
  readonly session: Session;
  readonly stream: EventStream;
  readonly owner: string;
  readonly stop: AbortController;
}

/**
 * HTTP+SSE of 2024-11-05, for clients that know nothing newer: a GET opens the stream of everything the server says,
 * and tells where to POST. A session is as long as its connection, and nothing is kept for who loses it.
 */
export function createSse2024(
  server: McpServer,
  { path, bodyLimit, maxSessions, opened }: Sse2024Options,
): { readonly routes: readonly Route[]; readonly close: () => void } {
  const connected = new Map<string, Connected>();
  const end = (id: string): void => {
    const found = connected.get(id);
    connected.delete(id);
    found?.stop.abort();
    found?.session.close();
    found?.stream.end();
  };

  const GET: Endpoint = (request, visit) => {
    if (connected.size >= maxSessions) {
      return json(503, { detail: 'Too many sessions are open. Try again later.' });
    }
    const stream = createEventStream();
    const session = server.engine.openSession({
      send: message => stream.send(message),
      place: toPlace(server.worker),
    });
    const { id } = session;
    const stop = new AbortController();
    stop.signal.addEventListener('abort', opened('session'));
    connected.set(id, { session, stream, owner: toOwner(visit), stop });
    request.signal.addEventListener('abort', () => end(id));
    if (request.signal.aborted) end(id);
    stream.announce('endpoint', `${path}?sessionId=${id}`);
    return stream.answer;
  };

  const POST: Endpoint = async (request, visit) => {
    const refused = refuseType(request);
    if (refused) return refused;
    const to = connected.get(request.query('sessionId') ?? '');
    if (to?.owner !== toOwner(visit))
      return json(404, { detail: 'There is no such session. Open one with GET.' });
    return receive(server, await request.readBody(bodyLimit), request, visit, to);
  };
  return {
    routes: [{ path, endpoints: { GET, POST } }],
    close: () => {
      for (const id of connected.keys()) end(id);
    },
  };
}

/** The answer goes out on the stream; the request itself is only taken. */
function receive(
  { engine }: McpServer,
  body: string,
  request: HttpRequest,
  visit: Visit,
  { session, stream, stop }: Connected,
): HttpAnswer {
  let message: unknown;
  try {
    message = parseJson(body);
  } catch {
    const reply = createParseErrorReply();
    if (reply.kind === 'message') stream.send(reply.json);
    return { status: 400, headers: {} };
  }
  const notify = (text: string): void => stream.send(text);
  const meta = { ...toRequestMeta(request, visit), signal: stop.signal, session, notify };
  void Promise.resolve(engine.handle(message, meta)).then(reply => {
    if (reply.kind === 'message') stream.send(reply.json);
  });
  return { status: 202, headers: {} };
}

function toOwner(visit: Visit): string {
  return visit.caller?.subject ?? '';
}
