import { EgressError } from '@tramontane/egress';
import { SdkHttpError } from '@modelcontextprotocol/client';
import { type Attempt, ConnectionError } from './connection-error.ts';
import { type Deadline, type TimeLimits, openDeadline } from './deadline.ts';

/** Names an exchange on its way through the SDK; taken off before anything is sent. */
export const EXCHANGE_HEADER = 'x-tramontane-exchange';

/** One request with its answer. The SDK tells too little of it: whether it left, how it failed, when its stream ended. */
export interface Exchange {
  readonly id: string;
  /** Ends what the SDK leaves open after a timeout: in the 2025 era it aborts nothing by itself. */
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  /** The request may have reached the server. */
  sent: boolean;
  status?: number;
  failure?: EgressError;
  /** JSON-RPC id of the request; the last one where the server asked back and the call went out again. */
  messageId?: string | number;
  /** Definitions of a list of tools, as the server sent them. */
  items?: readonly unknown[];
  /** Rejects when the connection or the answer's stream ended without the answer. Never resolves. */
  readonly broken: Promise<never>;
  leaves(id: string | number): void;
  /** An answer to the last request has come. */
  answered(): void;
  failed(error: unknown): void;
  streamEnded(id: string | number | undefined): void;
  lost(reason: string): void;
  close(): void;
}

/** The exchanges of one connection, and what is known of its handshake, which is none of them. */
export interface Exchanges {
  open(limits: TimeLimits): Exchange;
  find(id: string | undefined): Exchange | undefined;
  findByMessage(id: string | number | undefined): Exchange | undefined;
  /** Stops the idle time of every request while this side answers a question; nothing tells which of them asked. */
  pause(): () => void;
  /** The connection is over. */
  lose(reason: string): void;
  failedHandshake(error: unknown): void;
  /** The first requests with what was answered; for the report of a discovery. */
  readonly attempts: Attempt[];
  /** Failure of a request that belongs to no exchange, such as those of the handshake. */
  lastFailure?: EgressError | ConnectionError;
  lastStatus?: number;
  /** The answer to a request of the handshake was an event stream that ended without it. */
  hasLostHandshake?: boolean;
  /** Why the connection ended before its handshake did; completes "<server> …". */
  lostBy?: string;
}

/** What happened to an answer that will not come; `reason` completes "<server> …". */
export class StreamEndedError extends Error {
  override readonly name = 'StreamEndedError';
  readonly reason: string | undefined;

  constructor(reason?: string) {
    super('The answer will not come.');
    this.reason = reason;
  }
}

export function createExchanges(): Exchanges {
  const open = new Map<string, Exchange>();
  let count = 0;
  const exchanges: Exchanges = {
    attempts: [],
    open(limits) {
      count += 1;
      const exchange = createExchange(String(count), limits, () => open.delete(exchange.id));
      open.set(exchange.id, exchange);
      return exchange;
    },
    find: id => (id === undefined ? undefined : open.get(id)),
    // Some servers give the number back as text, which the SDK takes for an answer.
    findByMessage: id => [...open.values()].find(({ messageId }) => String(messageId) === String(id)),
    pause() {
      const ends = [...open.values()].map(({ deadline }) => deadline.pause());
      return () => {
        for (const end of ends) end();
      };
    },
    lose(reason) {
      exchanges.lostBy = reason;
      for (const exchange of open.values()) exchange.lost(reason);
    },
    failedHandshake(error) {
      if (error instanceof EgressError || error instanceof ConnectionError) exchanges.lastFailure = error;
      if (error instanceof SdkHttpError) exchanges.lastStatus = error.data.status;
    },
  };
  return exchanges;
}

/** Made once: an error made for each exchange costs its stack, and nobody reads it. */
const OVER = new DOMException('The exchange is over.', 'AbortError');

function createExchange(id: string, limits: TimeLimits, forget: () => void): Exchange {
  const controller = new AbortController();
  const deadline = openDeadline(limits);
  const { promise, reject } = Promise.withResolvers<never>();
  // Nobody may be listening any more when a stream ends.
  promise.catch(() => undefined);
  const unanswered = new Set<string | number>();
  return {
    id,
    signal: controller.signal,
    deadline,
    sent: false,
    broken: promise,
    leaves(messageId) {
      this.messageId = messageId;
      unanswered.add(messageId);
    },
    answered() {
      if (this.messageId !== undefined) unanswered.delete(this.messageId);
    },
    failed(error) {
      if (!(error instanceof EgressError)) return;
      this.failure = error;
      this.sent = error.data.sent ?? this.sent;
    },
    streamEnded(messageId) {
      // A stream that brought its answer ends like one that did not.
      if (messageId !== undefined && !unanswered.has(messageId)) return;
      reject(new StreamEndedError());
    },
    lost: reason => reject(new StreamEndedError(reason)),
    close() {
      forget();
      deadline.clear();
      controller.abort(OVER);
    },
  };
}
