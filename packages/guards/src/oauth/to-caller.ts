import type { Caller } from '../caller.ts';
import { toFingerprint } from '../token-list.ts';
import { hash } from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;

/** Which scopes another one includes, as in `{ admin: ['read', 'write'] }`. */
export type ImpliedScopes = Readonly<Record<string, readonly string[]>>;

/**
 * `undefined` when the token names nobody: neither `sub` nor the client it was given to. A token without scopes may do
 * nothing that needs one.
 */
export function toCaller(
  issuer: string,
  token: string,
  claims: Claims,
  implied: ImpliedScopes,
): Caller | undefined {
  const { sub, client_id: clientId, azp } = claims;
  const who = [sub, clientId, azp].filter(claim => typeof claim === 'string').find(Boolean);
  if (who === undefined) return undefined;
  return {
    subject: `${issuer}#${who}`,
    fingerprint: toFingerprint(hash('sha256', token)),
    scopes: withImplied(readScopes(claims), implied),
    claims,
  };
}

/** `scope` of RFC 8693 and RFC 7662; `scp` of Okta and Microsoft. */
function readScopes({ scope, scp }: Claims): readonly string[] {
  const given = scope ?? scp;
  if (typeof given === 'string') return given.split(' ').filter(Boolean);
  return Array.isArray(given) ? given.filter(item => typeof item === 'string') : [];
}

function withImplied(scopes: readonly string[], implied: ImpliedScopes): ReadonlySet<string> {
  const all = new Set(scopes);
  // A set hands out what is added while it is walked through, so chains are followed, and circles end.
  for (const scope of all) {
    for (const included of Object.hasOwn(implied, scope) ? (implied[scope] ?? []) : []) all.add(included);
  }
  return all;
}
