import type { AuthInfo } from '../call-context.ts';
import { createParseErrorReply, type Reply } from '../engine/engine.ts';
import { parseJson } from '../engine/json.ts';
import type { McpServer } from '../server.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { jsonText, type HttpAnswer, type HttpRequest } from './http-message.ts';
import { toRequestMeta } from './request-meta.ts';
import { refuseType, type Endpoint } from './route.ts';

/** JSON-RPC over POST. 2026-07-28 has no GET stream and no sessions to delete; clients of 2025 take 405 for that. */
export function createJsonRpcEndpoint(
  server: McpServer,
  bodyLimit: number,
): Readonly<Record<string, Endpoint>> {
  return {
    POST: async (request, auth) => {
      const refused = refuseType(request);
      if (refused) return refused;
      const message = parseBody(await request.readBody(bodyLimit));
      if (message === undefined) return toAnswer(createParseErrorReply());
      return answerMessage(server, message.value, request, auth);
    },
  };
}

function parseBody(body: string): { readonly value: unknown } | undefined {
  try {
    return { value: parseJson(body) };
  } catch {
    return undefined;
  }
}

/** Plain JSON, or from the first message before the reply on a stream of events. */
function answerMessage(
  { engine }: McpServer,
  message: unknown,
  request: HttpRequest,
  auth: AuthInfo | undefined,
): Promise<HttpAnswer> {
  const { promise, resolve } = Promise.withResolvers<HttpAnswer>();
  let stream: EventStream | undefined;
  const notify = (json: string): void => {
    if (stream === undefined) {
      stream = createEventStream();
      resolve(stream.answer);
    }
    stream.send(json);
  };
  const meta = { ...toRequestMeta(request, auth), notify };
  void engine.handle(message, meta).then(reply => {
    if (stream === undefined) return resolve(toAnswer(reply));
    if (reply.kind === 'message') stream.send(reply.json);
    stream.end();
  });
  return promise;
}

function toAnswer(reply: Reply): HttpAnswer {
  return reply.kind === 'message'
    ? jsonText(reply.status, reply.json)
    : { status: reply.status, headers: {} };
}
