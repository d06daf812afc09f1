import type { AuthVerdict } from '../auth.ts';
import type { CachedVerdict } from './token-cache.ts';
import type { Claims } from './to-caller.ts';

export interface IntrospectOptions {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly fetch: typeof globalThis.fetch;
  /** Judges the claims of a token that is active and ours. */
  readonly judge: (token: string, claims: Claims) => AuthVerdict;
}

/** A token that is withdrawn stays good that long. */
const KEEP_MS = 30_000;
/** One that is none stays none, but may have come before it was known everywhere. */
const KEEP_INVALID_MS = 5000;
const FETCH_MS = 5000;

const UNAVAILABLE: CachedVerdict = { verdict: { ok: false, reason: 'unavailable' }, until: 0 };

/** Asks the issuer of each token (RFC 7662). */
export function createIntrospection(options: IntrospectOptions): (token: string) => Promise<CachedVerdict> {
  const { issuer, audience, judge } = options;
  return async token => {
    const claims = await ask(options, token);
    if (claims === undefined) return UNAVAILABLE;
    const { active, iss, aud, exp } = claims;
    const refuse = (reason: 'invalid' | 'expired'): CachedVerdict => ({
      verdict: { ok: false, reason },
      until: Date.now() + KEEP_INVALID_MS,
    });
    if (active !== true || (iss !== undefined && iss !== issuer)) return refuse('invalid');
    // Without an audience it could have been given for any server.
    if (![aud].flat().some(one => typeof one === 'string' && audience.includes(one)))
      return refuse('invalid');
    const ends = typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY;
    if (ends <= Date.now()) return refuse('expired');
    return { verdict: judge(token, claims), until: Math.min(ends, Date.now() + KEEP_MS) };
  };
}

/** `undefined`: the issuer gave no usable answer. */
async function ask(
  { url, clientId, clientSecret, fetch }: IntrospectOptions,
  token: string,
): Promise<Claims | undefined> {
  // RFC 6749 section 2.3.1: both are form-encoded before they are put together.
  const credentials = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(FETCH_MS),
      headers: {
        accept: 'application/json',
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
    });
    if (response.status !== 200) return undefined;
    const claims: unknown = await response.json();
    return typeof claims === 'object' && claims !== null ? (claims as Claims) : undefined;
  } catch {
    return undefined;
  }
}
