import { randomUUID } from 'node:crypto';
import type { Caller, Visit } from '@tramontane/guards';
import { createParseErrorReply, type Reply } from '../engine/engine.ts';
import { parseJson } from '../engine/json.ts';
import { isRecord, isRequestId, RPC, toErrorMessage, type RequestId } from '../engine/rpc.ts';
import { andThen } from '../maybe-promise.ts';
import type { McpServer } from '../server.ts';
import { createIdleTimer } from './idle-timer.ts';

export interface MessageConnectionOptions {
  /** Takes one message to the other side. Must not throw. */
  readonly send: (json: string) => void;
  readonly auth?: Caller;
  /** The request that opened the connection; its caller is who calls. */
  readonly visit?: Visit;
  /** Requests in flight; one more is refused. 1,000 unless given. */
  readonly maxPending?: number;
  /** Milliseconds without a message and without a request in flight until `onIdle`; never unless given. */
  readonly idleMs?: number;
  readonly onIdle?: () => void;
}

/** A way in that carries messages both ways for as long as it lasts: stdio, WebSocket, a test. */
export interface MessageConnection {
  /** Takes one message as text. What there is to answer goes to `send`. Never throws. */
  receive(text: string): void;
  /** Answers what could not even be read as a message, such as one over a limit. */
  refuse(message: string): void;
  /** Waits for requests in flight, `limitMs` at most, and aborts what is left. Streams that wait for events end at once. */
  drain(limitMs: number): Promise<void>;
  /** Aborts everything in flight; nothing is sent from now on. */
  close(): void;
}

const MAX_PENDING = 1000;
/** After an abort: time for the answers that say so to get out. */
const LAST_WORDS_MS = 500;
/** Of -32000 to -32019, which the specification leaves to servers. */
const BUSY = -32000;

export function openMessageConnection(
  server: McpServer,
  options: MessageConnectionOptions,
): MessageConnection {
  const { visit, auth = visit?.caller, maxPending = MAX_PENDING, idleMs, onIdle } = options;
  const { engine } = server;
  const pending = new Set<RequestId>();
  const connectionId = randomUUID();
  const stop = new AbortController();
  const ending = new AbortController();
  let count = 0;
  let closed = false;
  let onEmpty: (() => void) | undefined;
  const idle = createIdleTimer(idleMs, () => pending.size === 0 && onIdle?.());

  const send = (json: string): void => {
    if (!closed) options.send(json);
  };
  const session = engine.openSession({ send });
  const meta = {
    signal: stop.signal,
    ending: ending.signal,
    requestId: connectionId,
    session,
    notify: send,
    ...(auth && { auth }),
    ...(visit && { visit }),
  };
  const sendReply = (reply: Reply): void => {
    if (reply.kind === 'message') send(reply.json);
  };
  const refuse = (code: number, message: string, id?: RequestId): void =>
    send(toErrorMessage(id, { code, message, status: 400 }));

  /** Numbers and strings are different ids, as they are different keys. */
  const begin = async (id: RequestId, message: unknown): Promise<void> => {
    if (pending.has(id)) return refuse(RPC.invalidRequest, 'A request with this "id" is in flight.', id);
    if (pending.size >= maxPending) {
      return refuse(BUSY, `${maxPending} requests are in flight, which is the limit. Wait for one.`, id);
    }
    pending.add(id);
    sendReply(await engine.handle(message, { ...meta, requestId: `${connectionId}.${(count += 1)}` }));
    pending.delete(id);
    idle.touch();
    if (pending.size === 0) onEmpty?.();
  };

  return {
    receive: text => {
      if (closed) return;
      idle.touch();
      let message: unknown;
      try {
        message = parseJson(text);
      } catch {
        return sendReply(createParseErrorReply());
      }
      const { id, method } = isRecord(message) ? message : {};
      if (isRequestId(id) && method !== undefined) void begin(id, message);
      else void andThen(engine.handle(message, meta), sendReply);
    },
    refuse: message => refuse(RPC.invalidRequest, message),
    drain: async limitMs => {
      ending.abort();
      if (pending.size === 0) return;
      const aborting = setTimeout(() => stop.abort(), limitMs);
      await new Promise<void>(resolve => {
        onEmpty = resolve;
        setTimeout(resolve, limitMs + LAST_WORDS_MS).unref();
      });
      clearTimeout(aborting);
    },
    close: () => {
      if (closed) return;
      closed = true;
      idle.stop();
      ending.abort();
      stop.abort();
      session.close();
    },
  };
}
