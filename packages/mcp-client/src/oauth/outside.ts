import { type Egress, type EgressInit, EgressError } from '@tramontane/egress';
import { ConnectionError } from '../connection-error.ts';
import { authorizationFailure } from './authorization-failure.ts';
import { type Origin, isLoopbackHost } from './endpoint-url.ts';

/** The world as one tool server may make us see it. */
export interface Outside extends Origin {
  readonly egress: Egress;
  /** The server is on the public network, so nothing it names may be on ours. */
  readonly publicOnly: boolean;
  readonly signal: AbortSignal;
}

/** An answer that was read to its end. */
export interface ReadAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined where the body is something else. */
  readonly body: unknown;
}

/** Milliseconds for one request to an authorization server. The lease on a renewal is longer than a few of these. */
const REQUEST_MS = 10_000;
const MAX_BYTES = 256 * 1024;

export async function lookOutside(egress: Egress, serverUrl: URL, signal: AbortSignal): Promise<Outside> {
  const publicOnly = await egress.check(serverUrl, { publicOnly: true }).then(
    () => true,
    () => false,
  );
  return {
    egress,
    server: serverUrl.origin,
    isLoopback: isLoopbackHost(serverUrl.hostname),
    publicOnly,
    signal,
  };
}

/** @throws ConnectionError: `unreachable` and `timed_out` may pass, `authorization_failed` will not */
export async function request(
  outside: Outside,
  url: URL,
  what: string,
  init: EgressInit = {},
): Promise<ReadAnswer> {
  const { egress, publicOnly, signal } = outside;
  try {
    const response = await egress.fetch(url, {
      ...init,
      signal,
      publicOnly,
      timeoutMs: REQUEST_MS,
      maxBodyBytes: MAX_BYTES,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parseJson(text) };
  } catch (error) {
    throw toOutsideError(error, outside, url, what);
  }
}

/** What the egress said, for the reader of a message; anything else as it is. */
export function toOutsideError(error: unknown, { server }: Outside, url: URL, what: string): unknown {
  if (!(error instanceof EgressError)) return error;
  if (error.code === 'unreachable' || error.code === 'timed_out') {
    const message = `The ${what} of ${server} at ${url.origin} gave no answer: ${error.message}`;
    return new ConnectionError(error.code, message, { server, cause: error });
  }
  const reason = error.code === 'address_refused' ? 'foreign_metadata' : 'bad_metadata';
  const message = `The ${what} of ${server} cannot be used: ${error.message}`;
  return authorizationFailure(reason, server, message, error);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
