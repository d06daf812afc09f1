import { hash } from 'node:crypto';
import type { AuthVerdict } from '../auth.ts';
import type { MaybePromise } from '../maybe-promise.ts';

export interface CachedVerdict {
  readonly verdict: AuthVerdict;
  /** Milliseconds since 1970 until which it may be used again. */
  readonly until: number;
}

const MOST_TOKENS = 10_000;

/**
 * Keeps what was found out of a token, under its sha256, and finds it out once for all who ask at the same time.
 *
 * @param find must not reject.
 * @param mostAtOnce tokens being looked up; one more is answered `unavailable`, so that made-up tokens cannot make this
 * server overwhelm the one it asks.
 */
export function createTokenCache(
  find: (token: string) => Promise<CachedVerdict>,
  mostAtOnce: number,
): (token: string) => MaybePromise<AuthVerdict> {
  const known = new Map<string, CachedVerdict>();
  const finding = new Map<string, Promise<AuthVerdict>>();
  const look = async (token: string, digest: string): Promise<AuthVerdict> => {
    const found = await find(token);
    finding.delete(digest);
    if (found.until > Date.now()) {
      if (known.size >= MOST_TOKENS) known.delete(known.keys().next().value ?? '');
      known.set(digest, found);
    }
    return found.verdict;
  };
  return token => {
    const digest = hash('sha256', token);
    const cached = known.get(digest);
    if (cached !== undefined) {
      if (cached.until > Date.now()) return cached.verdict;
      known.delete(digest);
    }
    const waiting = finding.get(digest);
    if (waiting) return waiting;
    if (finding.size >= mostAtOnce) return { ok: false, reason: 'unavailable' };
    const looking = look(token, digest);
    finding.set(digest, looking);
    return looking;
  };
}
