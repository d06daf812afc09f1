import { randomUUID } from 'node:crypto';
import type { AuthInfo } from '../call-context.ts';
import { createParseErrorReply, type Reply } from '../engine/engine.ts';
import { parseJson } from '../engine/json.ts';
import { isRecord, RPC, toErrorMessage, type RequestId } from '../engine/rpc.ts';
import type { McpServer } from '../server.ts';
import { createIdleTimer } from './idle-timer.ts';

export interface MessageConnectionOptions {
  /** Takes one message to the other side. Must not throw. */
  readonly send: (json: string) => void;
  readonly auth?: AuthInfo;
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

interface Pending {
  readonly controller: AbortController;
  readonly method: string;
  cancelled: boolean;
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
  const { auth, maxPending = MAX_PENDING, idleMs, onIdle } = options;
  const pending = new Map<RequestId, Pending>();
  const name = randomUUID();
  let count = 0;
  let closed = false;
  let drained: (() => void) | undefined;
  const idle = createIdleTimer(idleMs, () => pending.size === 0 && onIdle?.());

  const send = (json: string): void => {
    if (!closed) options.send(json);
  };
  const sendReply = (reply: Reply): void => {
    if (reply.kind === 'message') send(reply.json);
  };
  const refuse = (code: number, message: string, id?: RequestId): void =>
    send(toErrorMessage(id, { code, message, status: 400 }));

  const cancel = (params: unknown): void => {
    const call = isRecord(params) ? pending.get(params['requestId'] as RequestId) : undefined;
    if (call === undefined) return;
    call.cancelled = true;
    call.controller.abort();
  };

  /** Numbers and strings are different ids, as they are different keys. */
  const begin = async (id: RequestId, method: string, message: unknown): Promise<void> => {
    if (pending.has(id)) return refuse(RPC.invalidRequest, 'A request with this "id" is in flight.', id);
    if (pending.size >= maxPending) {
      return refuse(BUSY, `${maxPending} requests are in flight, which is the limit. Wait for one.`, id);
    }
    const call: Pending = { controller: new AbortController(), method, cancelled: false };
    pending.set(id, call);
    const meta = {
      signal: call.controller.signal,
      requestId: `${name}.${(count += 1)}`,
      notify: (json: string): void => {
        if (!call.cancelled) send(json);
      },
      ...(auth && { auth }),
    };
    const reply = await server.engine.handle(message, meta);
    pending.delete(id);
    // Whoever cancelled has forgotten the request and wants no answer (2025-11-25 and 2026-07-28, cancellation).
    if (!call.cancelled) sendReply(reply);
    idle.touch();
    if (pending.size === 0) drained?.();
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
      const { id, method, params } = isRecord(message) ? message : {};
      if (typeof method === 'string' && (typeof id === 'string' || typeof id === 'number')) {
        void begin(id, method, message);
      } else if (method === 'notifications/cancelled') {
        cancel(params);
      } else {
        void server.engine
          .handle(message, { signal: new AbortController().signal, requestId: name })
          .then(sendReply);
      }
    },
    refuse: message => refuse(RPC.invalidRequest, message),
    drain: async limitMs => {
      for (const call of pending.values())
        if (call.method === 'subscriptions/listen') call.controller.abort();
      const empty = new Promise<void>(resolve => (drained = resolve));
      if (pending.size === 0) return;
      const aborting = setTimeout(() => pending.forEach(call => call.controller.abort()), limitMs);
      const giveUp = setTimeout(() => drained?.(), limitMs + LAST_WORDS_MS);
      await empty;
      clearTimeout(aborting);
      clearTimeout(giveUp);
    },
    close: () => {
      if (closed) return;
      closed = true;
      idle.stop();
      for (const call of pending.values()) call.controller.abort();
    },
  };
}
