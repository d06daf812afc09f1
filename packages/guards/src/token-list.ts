import { hash } from 'node:crypto';
import type { AuthVerdict } from './auth.ts';
import type { Caller } from './caller.ts';
import { GuardsError } from './guards-error.ts';

/** A token that is accepted: itself, or its sha256 in 64 hex digits. */
export type AcceptedToken = string | TokenEntry;

/** Exactly one of `token` and `sha256`. */
export interface TokenEntry {
  readonly token?: string;
  /** 64 hex digits: `printf %s "$TOKEN" | sha256sum` */
  readonly sha256?: string;
  /** Whose it is. Tokens of the same name are the same caller: this is how a token is changed for another one. */
  readonly name?: string;
  /** From then on it is refused: a Date, or text such as `2027-01-31` or `2027-01-31T12:00:00Z`. */
  readonly expires?: string | Date;
  /** What its bearer may do; everything unless given. */
  readonly scopes?: readonly string[];
}

export type TokenLookup = (token: string) => AuthVerdict;

interface Known {
  readonly verdict: AuthVerdict;
  readonly expires: number;
}

const INVALID: AuthVerdict = { ok: false, reason: 'invalid' };
const EXPIRED: AuthVerdict = { ok: false, reason: 'expired' };
const HEX_DIGEST = /^[0-9a-f]{64}$/i;

/**
 * Looks tokens up by their sha256. Who calls chooses the token, not its digest, so the time a look-up takes tells
 * nothing about the digests that are known.
 *
 * @throws GuardsError `no_tokens` when nothing could ever be accepted; `bad_token` for an empty token, one that no header
 * can carry, a digest that is not 64 hex digits, or a date that is none.
 */
export function createTokenLookup(
  tokens: readonly AcceptedToken[],
  now: () => number = Date.now,
): TokenLookup {
  const known = new Map(tokens.map((token, index) => readEntry(token, index + 1)));
  if (known.size === 0) {
    throw new GuardsError(
      'no_tokens',
      'No token is given, so every caller would be refused. Give at least one token or sha256, or leave this check out.',
    );
  }
  // A digest costs more than the rest of the check, and the same few tokens come with every request. No more than one
  // text has a known digest, so there are never more entries than tokens. What is refused is not kept, and the look-up
  // compares texts only after their hashes, which are seeded: time tells nothing about a token that is in here.
  const seen = new Map<string, Known>();
  return token => {
    let found = seen.get(token);
    if (found === undefined) {
      found = known.get(sha256(token));
      if (found === undefined) return INVALID;
      seen.set(token, found);
    }
    return found.expires > now() ? found.verdict : EXPIRED;
  };
}

function readEntry(accepted: AcceptedToken, number: number): readonly [string, Known] {
  const entry = typeof accepted === 'string' ? { token: accepted } : accepted;
  const digest = readDigest(entry, number);
  const fingerprint = toFingerprint(digest);
  const { name, scopes, expires } = entry;
  const caller: Caller = {
    subject: name ?? `token:${fingerprint}`,
    fingerprint,
    ...(scopes && { scopes: new Set(scopes) }),
  };
  return [digest, { verdict: { ok: true, caller }, expires: readExpiry(expires, number) }];
}

function readDigest({ token, sha256: digest }: TokenEntry, number: number): string {
  if ((token === undefined) === (digest === undefined)) {
    throw new GuardsError('bad_token', `Token number ${number} needs either "token" or "sha256".`);
  }
  if (token !== undefined) {
    if (/^\S+$/.test(token)) return sha256(token);
    throw new GuardsError(
      'bad_token',
      `Token number ${number} is empty or contains white space, so no header can carry it. Give another one.`,
    );
  }
  if (digest !== undefined && HEX_DIGEST.test(digest)) return digest.toLowerCase();
  throw new GuardsError(
    'bad_token',
    `The sha256 of token number ${number} is not 64 hexadecimal digits. Make one with: printf %s "$TOKEN" | sha256sum`,
  );
}

function readExpiry(expires: string | Date | undefined, number: number): number {
  if (expires === undefined) return Number.POSITIVE_INFINITY;
  const time = new Date(expires).getTime();
  if (!Number.isNaN(time)) return time;
  throw new GuardsError(
    'bad_token',
    `Token number ${number} expires at no date. Write it as in 2027-01-31 or 2027-01-31T12:00:00Z.`,
  );
}

function sha256(text: string): string {
  return hash('sha256', text);
}

/** A digest of the digest: the accepted digest itself is what a configuration file holds, and stays out of logs. */
export function toFingerprint(digest: string): string {
  return hash('sha256', `fingerprint:${digest}`).slice(0, 16);
}

/** The fingerprint by which the caller with this token is known. */
export function fingerprintToken(token: string): string {
  return toFingerprint(sha256(token));
}
