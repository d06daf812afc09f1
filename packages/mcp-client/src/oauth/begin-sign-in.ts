import { type Egress, EgressError } from '@tramontane/egress';
import { WEBSOCKET_SUBPROTOCOL, candidatesFor, toHttpUrl } from '../candidates.ts';
import { type Challenge, parseChallenge } from './challenge.ts';
import type { OAuthCredential } from './credential.ts';
import { type Outside, lookOutside, request, toOutsideError } from './outside.ts';
import { type PendingSignIn, type SignInOptions, finishSignIn, startSignIn } from './sign-in.ts';

export interface BeginSignInOptions extends Omit<SignInOptions, 'serverUrl' | 'challenge'> {
  /** Address of the tool server, as its connector has it. */
  readonly url: URL;
  /** Headers every request to it needs. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A sign-in for a person who is elsewhere: their browser is sent to `url`, and comes back to the redirect URI. */
export async function beginSignIn(
  egress: Egress,
  options: BeginSignInOptions,
): Promise<{ url: URL; pending: PendingSignIn }> {
  const outside = await lookOutside(egress, toHttpUrl(options.url), options.signal);
  return startSignIn(outside, { ...options, ...(await findChallenge(outside, options)) });
}

/** @param answer parameters with which the browser came back @throws ConnectionError */
export async function completeSignIn(
  egress: Egress,
  pending: PendingSignIn,
  answer: URLSearchParams,
  options: Pick<BeginSignInOptions, 'registrations' | 'now' | 'signal'>,
): Promise<OAuthCredential> {
  const outside = await lookOutside(egress, new URL(pending.serverUrl), options.signal);
  return finishSignIn(outside, pending, answer, options);
}

/**
 * What the server says to a request without credentials: it names its metadata and the scopes it wants. A server that
 * lets the request pass has its metadata at the well-known places, if anywhere.
 */
async function findChallenge(
  outside: Outside,
  { url, headers }: BeginSignInOptions,
): Promise<{ serverUrl: URL; challenge: Challenge }> {
  if (url.protocol === 'ws:' || url.protocol === 'wss:')
    return { serverUrl: toHttpUrl(url), challenge: await askForSocket(outside, url, headers) };
  for (const candidate of candidatesFor(url)) {
    if (candidate.form !== 'mcp') continue;
    const answer = await request(outside, candidate.url, 'tool server', {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });
    if (answer.status !== 401) continue;
    const challenge = parseChallenge(answer.headers.get('www-authenticate'));
    return { serverUrl: candidate.url, challenge };
  }
  return { serverUrl: url, challenge: { scheme: undefined } };
}

/** The same of a server whose address opens a WebSocket: it answers the opening. */
async function askForSocket(
  outside: Outside,
  url: URL,
  headers: BeginSignInOptions['headers'],
): Promise<Challenge> {
  const { egress, signal } = outside;
  try {
    const protocols = [WEBSOCKET_SUBPROTOCOL];
    const socket = await egress.webSocket(url, { headers: { ...headers }, protocols, signal });
    socket.close();
    return { scheme: undefined };
  } catch (error) {
    if (!(error instanceof EgressError) || error.data.status === undefined)
      throw toOutsideError(error, outside, url, 'tool server');
    return parseChallenge(error.data.headers?.['www-authenticate'] ?? null);
  }
}
