import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import type { AuthVerdict } from '../auth.ts';
import type { CachedVerdict } from './token-cache.ts';
import type { Claims } from './to-caller.ts';

export interface JwtOptions {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** Address of the issuer's keys. */
  readonly jwksUri: string;
  readonly fetch: typeof globalThis.fetch;
  /** Judges the claims of a token whose signature and times are right. */
  readonly judge: (token: string, claims: Claims) => AuthVerdict;
}

/** A checked token is not checked again for as long; a key that is withdrawn stays good that long. */
const KEEP_MS = 60_000;
/** Clocks of two machines differ. */
const TOLERANCE_S = 5;
const FETCH_MS = 5000;

/** Signatures that anybody who can check them can also make (HMAC), and none at all, are not taken. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const INVALID: CachedVerdict = { verdict: { ok: false, reason: 'invalid' }, until: 0 };
const EXPIRED: CachedVerdict = { verdict: { ok: false, reason: 'expired' }, until: 0 };
const UNAVAILABLE: CachedVerdict = { verdict: { ok: false, reason: 'unavailable' }, until: 0 };

/** Checks tokens by the issuer's published keys (RFC 9068); new keys are fetched when a token names one. */
export function createJwtVerifier(options: JwtOptions): (token: string) => Promise<CachedVerdict> {
  const { issuer, audience, judge } = options;
  const keys = createRemoteJWKSet(new URL(options.jwksUri), {
    timeoutDuration: FETCH_MS,
    [customFetch]: (url, init) => options.fetch(url, init),
  });
  return async token => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: [...audience],
        algorithms: ALGORITHMS,
        clockTolerance: TOLERANCE_S,
        requiredClaims: ['exp'],
      });
      const until = Math.min((payload.exp ?? 0) * 1000, Date.now() + KEEP_MS);
      return { verdict: judge(token, payload), until };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return EXPIRED;
      return isAboutToken(error) ? INVALID : UNAVAILABLE;
    }
  };
}

/** Not so: the keys could not be fetched, or what came is no key set. */
function isAboutToken(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  const { code } = error;
  return (
    code !== errors.JWKSTimeout.code && code !== errors.JWKSInvalid.code && code !== errors.JOSEError.code
  );
}
