import { EgressError } from '@tramontane/egress';
import type { Egress } from '@tramontane/egress';
import type { FetchLike } from '@modelcontextprotocol/client';
import { type Attempt, ConnectionError } from './connection-error.ts';
import type { OpenTarget } from './server-target.ts';
import { fetchAs } from './target-fetch.ts';
import { watchBody } from './watched-body.ts';

/** Names an exchange on its way through the SDK; taken off before anything is sent. */
export const EXCHANGE_HEADER = 'x-tramontane-exchange';
/** Largest answer that is read, bytes. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

const MAX_ATTEMPTS = 8;

/** One request with its answer. The SDK tells too little of it: whether it left, how it failed, when its stream ended. */
export interface Exchange {
  readonly id: string;
  readonly signal: AbortSignal;
  /** The request may have reached the server. */
  sent: boolean;
  status?: number;
  failure?: EgressError;
  /** JSON-RPC id of the request; the last one where the server asked back and the call went out again. */
  messageId?: string | number;
  /** Definitions of a list of tools, as the server sent them. */
  items?: readonly unknown[];
  /** Rejects when the answer's stream ended without the answer. Never resolves. */
  readonly broken: Promise<never>;
  leaves(id: string | number): void;
  /** An answer to the last request has come. */
  answered(): void;
  streamEnded(id: string | number | undefined): void;
  close(): void;
}

export interface Exchanges {
  open(): Exchange;
  find(id: string | undefined): Exchange | undefined;
  findByMessage(id: string | number | undefined): Exchange | undefined;
  /** `fetch` for the SDK's transport: through the egress, with the target's headers and limits. */
  readonly fetch: FetchLike;
  /** The first requests with what was answered; for the report of a discovery. */
  readonly attempts: Attempt[];
  /** Failure of a request that belongs to no exchange, such as those of the handshake. */
  lastFailure?: EgressError | ConnectionError;
  lastStatus?: number;
  /** The answer to a request of the handshake was an event stream that ended without it. */
  hasLostHandshake?: boolean;
}

export class StreamEndedError extends Error {
  override readonly name = 'StreamEndedError';
}

export function createExchanges(egress: Egress, target: () => OpenTarget, closed: AbortSignal): Exchanges {
  const open = new Map<string, Exchange>();
  let count = 0;
  const exchanges: Exchanges = {
    attempts: [],
    open() {
      count += 1;
      const exchange = createExchange(String(count), () => open.delete(exchange.id));
      open.set(exchange.id, exchange);
      return exchange;
    },
    find: id => (id === undefined ? undefined : open.get(id)),
    findByMessage: id => [...open.values()].find(exchange => exchange.messageId === id),
    async fetch(url, init = {}) {
      const current = target();
      const { headers: ownHeaders, timeoutMs } = current;
      const headers = new Headers(init.headers);
      const exchange = exchanges.find(headers.get(EXCHANGE_HEADER) ?? undefined);
      headers.delete(EXCHANGE_HEADER);
      for (const [name, value] of Object.entries(ownHeaders)) headers.set(name, value);
      // Streams on which the server speaks unasked: the GET stream of 2025, subscriptions of 2026.
      const isOpenEnded = init.method === 'GET' || headers.get('mcp-method') === 'subscriptions/listen';
      const note = (answer: string): void => {
        // A connection lives on for days after its handshake.
        if (exchanges.attempts.length < MAX_ATTEMPTS) exchanges.attempts.push({ request, answer });
      };
      const request = `${init.method ?? 'GET'} ${withoutQuery(url)}`;
      const failed = (error: unknown): void => {
        const isTold = error instanceof EgressError || error instanceof ConnectionError;
        if (isTold && exchange === undefined) exchanges.lastFailure = error;
        else if (error instanceof EgressError && exchange !== undefined) {
          exchange.failure = error;
          exchange.sent = error.data.sent ?? exchange.sent;
        }
      };
      // Until the egress says otherwise: an abort leaves no word of how far the request came.
      if (exchange !== undefined) exchange.sent = true;
      try {
        const response = await fetchAs(egress, current, url, {
          ...init,
          headers,
          signal: AbortSignal.any([closed, ...(init.signal == null ? [] : [init.signal])]),
          timeoutMs: isOpenEnded ? Infinity : timeoutMs,
          maxBodyBytes: isOpenEnded ? Infinity : MAX_ANSWER_BYTES,
        });
        exchanges.lastStatus = response.status;
        note(describeAnswer(response));
        if (exchange !== undefined) exchange.status = response.status;
        return rewrap(response, isOpenEnded, failed);
      } catch (error) {
        failed(error);
        note(error instanceof Error ? error.message : 'no answer');
        if (exchange !== undefined && error instanceof EgressError)
          exchange.sent ||= error.data.sent === true;
        throw error;
      }
    },
  };
  return exchanges;
}

function createExchange(id: string, forget: () => void): Exchange {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  // Nobody may be listening any more when a stream ends.
  promise.catch(() => undefined);
  const open = new Set<string | number>();
  return {
    id,
    signal: controller.signal,
    sent: false,
    broken: promise,
    leaves(id) {
      this.messageId = id;
      open.add(id);
    },
    answered() {
      if (this.messageId !== undefined) open.delete(this.messageId);
    },
    streamEnded(id) {
      // A stream that brought its answer ends like one that did not.
      if (id !== undefined && !open.has(id)) return;
      reject(new StreamEndedError('The stream of the answer ended without the answer.'));
    },
    close() {
      forget();
      // Ends what the SDK leaves open after a timeout: in the 2025 era it aborts nothing by itself.
      controller.abort();
    },
  };
}

function rewrap(response: Response, isOpenEnded: boolean, onFailure: (error: unknown) => void): Response {
  if (response.body === null) return response;
  const tooLarge = (): EgressError =>
    new EgressError('body_too_large', `One event was larger than ${MAX_ANSWER_BYTES} bytes.`, { sent: true });
  const body = watchBody(response.body, {
    maxEventBytes: isOpenEnded ? MAX_ANSWER_BYTES : Infinity,
    onFailure,
    tooLarge,
  });
  return new Response(body, {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers],
  });
}

export function describeAnswer(response: Response): string {
  const type = response.headers.get('content-type')?.split(';')[0];
  return type === undefined ? String(response.status) : `${response.status} ${type}`;
}

/** A query may carry a key. */
export function withoutQuery(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
