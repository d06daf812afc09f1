import { createHash, timingSafeEqual } from 'node:crypto';
import { GuardsError } from './guards-error.ts';

/** What is accepted: tokens in clear, sha256 digests of tokens (64 hex digits), or both. */
export interface BearerCheckOptions {
  readonly tokens?: readonly string[];
  readonly sha256Hashes?: readonly string[];
}

/**
 * `fingerprint` is 16 hex digits that are the same for the same token and do not give the token away:
 * it may be logged, counted by and compared.
 */
export type BearerVerdict =
  | { readonly ok: true; readonly fingerprint: string }
  | { readonly ok: false; readonly reason: 'missing' | 'malformed' | 'invalid' };

/** Takes the value of the `Authorization` header. */
export type BearerCheck = (authorization: string | undefined) => BearerVerdict;

const MISSING: BearerVerdict = { ok: false, reason: 'missing' };
const MALFORMED: BearerVerdict = { ok: false, reason: 'malformed' };
const INVALID: BearerVerdict = { ok: false, reason: 'invalid' };

// RFC 9110 section 11.1: the scheme's name is case-insensitive, and one or more spaces follow it.
const BEARER = /^bearer +(\S+) *$/i;
const HEX_DIGEST = /^[0-9a-f]{64}$/i;

/**
 * Checks `Authorization: Bearer <token>` (RFC 6750, section 2.1) against configured tokens.
 * Digests are compared, in constant time and always all of them, so the time an answer takes tells nothing
 * about how much of a token was right or which of them matched.
 *
 * @throws GuardsError `no_tokens` when nothing could ever be accepted; `bad_token` for an empty token, one
 * that no header can carry, or a digest that is not 64 hex digits.
 */
export function createBearerCheck(options: BearerCheckOptions): BearerCheck {
  const accepted = [
    ...(options.tokens ?? []).map((token, index) => digestOfToken(token, index)),
    ...(options.sha256Hashes ?? []).map((hash, index) => parseDigest(hash, index)),
  ].map(digest => ({ digest, verdict: { ok: true, fingerprint: toFingerprint(digest) } as const }));
  if (accepted.length === 0) {
    throw new GuardsError(
      'no_tokens',
      'A bearer check needs at least one token or sha256 hash: without one every caller would be refused. Configure one, or leave the check out.',
    );
  }
  return authorization => {
    if (authorization === undefined || authorization === '') return MISSING;
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) return MALFORMED;
    const given = sha256(token);
    let verdict = INVALID;
    for (const candidate of accepted) {
      if (timingSafeEqual(candidate.digest, given)) verdict = candidate.verdict;
    }
    return verdict;
  };
}

function digestOfToken(token: string, index: number): Buffer {
  if (!/^\S+$/.test(token)) {
    throw new GuardsError(
      'bad_token',
      `Token number ${index + 1} is empty or contains white space, so no Authorization header can carry it. Give another one.`,
    );
  }
  return sha256(token);
}

function parseDigest(hash: string, index: number): Buffer {
  if (!HEX_DIGEST.test(hash)) {
    throw new GuardsError(
      'bad_token',
      `sha256 hash number ${index + 1} is not 64 hexadecimal digits. Make one with: printf %s "$TOKEN" | sha256sum`,
    );
  }
  return Buffer.from(hash, 'hex');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

/** A digest of the digest: the accepted digest itself is what a configuration file holds, and stays out of logs. */
function toFingerprint(digest: Buffer): string {
  return createHash('sha256').update('fingerprint:').update(digest).digest('hex').slice(0, 16);
}
