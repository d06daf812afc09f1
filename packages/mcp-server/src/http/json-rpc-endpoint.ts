import type { Visit } from '@tramontane/guards';
import { createParseErrorReply } from '../engine/engine.ts';
import { claimsModern } from '../engine/era-2026/envelope.ts';
import { parseJson } from '../engine/json.ts';
import { isRecord } from '../engine/rpc.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { McpServer } from '../server.ts';
import { answerAlone, answerInSession, toAnswer } from './answer-message.ts';
import { json, type HttpAnswer, type HttpRequest } from './http-message.ts';
import type { HttpSession } from './http-session.ts';
import type { HttpSessions } from './http-sessions.ts';
import { refuseType, type Endpoint } from './route.ts';
import { SESSION_HEADER } from './session-place.ts';

const NO_SESSION = json(404, {
  jsonrpc: '2.0',
  error: { code: -32001, message: 'Session not found: it has ended, or never was. Send initialize again.' },
});
const NO_ROOM = json(503, { detail: 'Too many sessions are open. Try again later.' });

export interface JsonRpcEndpointOptions {
  readonly bodyLimit: number;
  /** Absent: clients of 2025 are served without sessions. */
  readonly sessions: HttpSessions | undefined;
  /** Aborts when the server begins to close. */
  readonly ending: AbortSignal;
}

/**
 * JSON-RPC over POST. A request of 2026-07-28 stands alone; `initialize` opens a session of the 2025 generation, which
 * has a stream of events (GET) and an end (DELETE).
 */
export function createJsonRpcEndpoint(
  server: McpServer,
  { bodyLimit, sessions, ending }: JsonRpcEndpointOptions,
): Readonly<Record<string, Endpoint>> {
  const answer = (body: string, request: HttpRequest, visit: Visit): MaybePromise<HttpAnswer> => {
    const parsed = parseBody(body);
    if (parsed === undefined) return toAnswer(createParseErrorReply());
    const { value } = parsed;
    if (sessions === undefined || isModern(value)) return answerAlone(server, value, request, visit, ending);
    const id = request.header(SESSION_HEADER);
    if (id !== undefined) {
      const session = sessions.find(id, toOwner(visit));
      return session ? answerInSession(server, value, request, visit, session) : NO_SESSION;
    }
    if (!isRecord(value) || value['method'] !== 'initialize') {
      return answerAlone(server, value, request, visit, ending);
    }
    return openSession(server, value, request, visit, sessions);
  };
  const POST: Endpoint = (request, visit) =>
    refuseType(request) ?? request.readBody(bodyLimit).then(body => answer(body, request, visit));
  if (sessions === undefined) return { POST };
  const withSession =
    (answer: (session: HttpSession, request: HttpRequest) => HttpAnswer): Endpoint =>
    (request, visit) => {
      const id = request.header(SESSION_HEADER);
      // 2026-07-28 has neither method; nor has a client of 2025 that was given no session.
      if (id === undefined)
        return json(405, { detail: 'Send JSON-RPC messages with POST.' }, { allow: 'POST' });
      const session = sessions.find(id, toOwner(visit));
      return session ? answer(session, request) : NO_SESSION;
    };
  return {
    POST,
    GET: withSession((session, request) => {
      const lastEventId = request.header('last-event-id');
      if (lastEventId === undefined) return session.listen(request.signal);
      const detail = 'The event of Last-Event-ID is not known any more. Send the request again.';
      return session.resume(lastEventId, request.signal) ?? json(400, { detail });
    }),
    DELETE: withSession(session => {
      sessions.end(session);
      return { status: 204, headers: {} };
    }),
  };
}

function isModern(value: unknown): boolean {
  return isRecord(value) && isRecord(value['params']) && claimsModern(value['params']);
}

/** Who gave no credentials shares one name: then the id is all there is. */
function toOwner(visit: Visit): string {
  return visit.caller?.subject ?? '';
}

function parseBody(body: string): { readonly value: unknown } | undefined {
  try {
    return { value: parseJson(body) };
  } catch {
    return undefined;
  }
}

async function openSession(
  server: McpServer,
  message: unknown,
  request: HttpRequest,
  visit: Visit,
  sessions: HttpSessions,
): Promise<HttpAnswer> {
  const session = sessions.open(toOwner(visit));
  if (session === undefined) return NO_ROOM;
  const answered = await answerInSession(server, message, request, visit, session);
  if (session.session.client === undefined) {
    // Not initialised: what was asked was not a valid initialize.
    sessions.end(session);
    return answered;
  }
  return { ...answered, headers: { ...answered.headers, [SESSION_HEADER]: session.session.id } };
}
