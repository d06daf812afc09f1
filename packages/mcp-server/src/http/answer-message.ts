import type { Visit } from '@tramontane/guards';
import type { Reply } from '../engine/engine.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { McpServer } from '../server.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { jsonText, type HttpAnswer, type HttpRequest } from './http-message.ts';
import type { HttpSession } from './http-session.ts';
import { toRequestMeta } from './request-meta.ts';
import type { ResumableStream } from './resumable-stream.ts';

/** Plain JSON, or from the first message before the reply on a stream of events. At once, if nothing has to wait. */
export function answerAlone(
  { engine }: McpServer,
  message: unknown,
  request: HttpRequest,
  visit: Visit,
  ending: AbortSignal,
): MaybePromise<HttpAnswer> {
  let stream: EventStream | undefined;
  let onOpen: ((answer: HttpAnswer) => void) | undefined;
  const notify = (json: string): void => {
    if (stream === undefined) {
      stream = createEventStream();
      onOpen?.(stream.answer);
    }
    stream.send(json);
  };
  const finish = (reply: Reply): HttpAnswer => {
    if (stream === undefined) return toAnswer(reply);
    if (reply.kind === 'message') stream.send(reply.json);
    stream.end();
    return stream.answer;
  };
  const wait = (replying: Promise<Reply>): Promise<HttpAnswer> => {
    const { promise, resolve } = Promise.withResolvers<HttpAnswer>();
    onOpen = resolve;
    // What was sent before the first wait has opened it already.
    if (stream !== undefined) resolve(stream.answer);
    void replying.then(reply => resolve(finish(reply)));
    return promise;
  };
  const replying = engine.handle(message, toRequestMeta(request, visit, { notify, ending }));
  return replying instanceof Promise ? wait(replying) : finish(replying);
}

/** As above, on a stream that the client can come back to; losing the connection cancels nothing. */
export function answerInSession(
  { engine }: McpServer,
  message: unknown,
  request: HttpRequest,
  visit: Visit,
  session: HttpSession,
): Promise<HttpAnswer> {
  const { promise, resolve } = Promise.withResolvers<HttpAnswer>();
  let stream: ResumableStream | undefined;
  const open = (): ResumableStream => {
    if (stream === undefined) {
      stream = session.openStream();
      resolve(stream.connect(-1, request.signal));
    }
    return stream;
  };
  const meta = {
    ...toRequestMeta(request, visit),
    signal: session.signal,
    session: session.session,
    notify: (json: string) => open().send(json),
    closeStream: () => open().disconnect(),
  };
  session.begin();
  void Promise.resolve(engine.handle(message, meta)).then(reply => {
    session.finish();
    if (stream === undefined) return resolve(toAnswer(reply));
    if (reply.kind === 'message') stream.send(reply.json);
    stream.end();
  });
  return promise;
}

export function toAnswer(reply: Reply): HttpAnswer {
  if (reply.kind === 'none') return { status: reply.status, headers: {} };
  const { status, json, parts, scopes } = reply;
  const answer = jsonText(status, json);
  if (scopes !== undefined) return { ...answer, scopes };
  return parts === undefined ? answer : { ...answer, parts };
}
