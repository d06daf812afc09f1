import { type Egress, EgressError } from '@tramontane/egress';
import type { FetchLike } from '@modelcontextprotocol/client';
import { EXCHANGE_HEADER, type Exchanges } from './exchanges.ts';
import type { OpenTarget } from './server-target.ts';
import { fetchAs } from './target-fetch.ts';
import { watchBody } from './watched-body.ts';

/** Largest answer that is read, bytes. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const MAX_ATTEMPTS = 8;

export interface WatchedFetchOptions {
  readonly egress: Egress;
  readonly target: () => OpenTarget;
  readonly exchanges: Exchanges;
  /** Aborted when the connection is closed. */
  readonly closed: AbortSignal;
  /** The server answered 404 to the stream of a session: it does not know the session any more. */
  readonly onSessionLost: () => void;
  /** A stream on which a server of 2025 tells its news is open again: some may have gone unheard meanwhile. */
  readonly onGap: () => void;
}

/** `fetch` for the SDK's transport: through the egress, with the target's headers and limits. */
export function createWatchedFetch(options: WatchedFetchOptions): FetchLike {
  const { egress, exchanges, closed } = options;
  let hadStream = false;
  return async (url, init = {}) => {
    const current = options.target();
    const headers = new Headers(init.headers);
    const exchange = exchanges.find(headers.get(EXCHANGE_HEADER) ?? undefined);
    headers.delete(EXCHANGE_HEADER);
    for (const [name, value] of Object.entries(current.headers)) headers.set(name, value);
    // Streams on which the server speaks unasked: the GET stream of 2025, subscriptions of 2026.
    const isOpenEnded = init.method === 'GET' || headers.get('mcp-method') === 'subscriptions/listen';
    const request = `${init.method ?? 'GET'} ${withoutQuery(url)}`;
    const note = (answer: string): void => {
      // A connection lives on for days after its handshake.
      if (exchanges.attempts.length < MAX_ATTEMPTS) exchanges.attempts.push({ request, answer });
    };
    const failed = (error: unknown): void => {
      if (exchange === undefined) exchanges.failedHandshake(error);
      else exchange.failed(error);
    };
    try {
      const response = await fetchAs(egress, current, url, {
        ...init,
        headers,
        signal: AbortSignal.any([closed, ...(init.signal == null ? [] : [init.signal])]),
        // An exchange has a clock of its own, which progress can win time on.
        timeoutMs: isOpenEnded || exchange !== undefined ? Infinity : current.timeoutMs,
        maxBodyBytes: isOpenEnded ? Infinity : MAX_ANSWER_BYTES,
        onSent: () => {
          if (exchange !== undefined) exchange.sent = true;
        },
      });
      exchanges.lastStatus = response.status;
      note(describeAnswer(response));
      if (exchange !== undefined) exchange.status = response.status;
      if (init.method === 'GET' && headers.has('mcp-session-id')) {
        // A server that never had such a stream answers 404 too.
        if (response.status === 404 && hadStream) options.onSessionLost();
        if (response.ok && hadStream) options.onGap();
        hadStream ||= response.ok;
      }
      return rewrap(response, isOpenEnded, failed);
    } catch (error) {
      failed(error);
      note(error instanceof Error ? error.message : 'no answer');
      throw error;
    }
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
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
