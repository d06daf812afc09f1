import { createBearerAuth } from './bearer-auth.ts';
import type { Auth } from './auth.ts';
import { GuardsError } from './guards-error.ts';
import { parseRanges } from './address-ranges.ts';
import type { NetworkOptions } from './network.ts';

/** What `parseGuardSettings` finds, for `createGuards`. */
export interface GuardSettings {
  /** Absent when no token is set: then everyone may call. */
  readonly auth?: Auth;
  readonly network?: NetworkOptions;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the usual environment variables of a server; each may hold several values, separated by commas.
 *
 * - `MCP_SECRET_TOKEN`: tokens that callers send as `Authorization: Bearer …`; those who come with one of them are one caller.
 * - `MCP_TOKEN_HASH`: their sha256 in 64 hex digits, where the token itself shall not be.
 * - `ALLOWED_IPS`: addresses and CIDR ranges that may call.
 * - `TRUSTED_PROXIES`: addresses and ranges of the proxies in front, whose `X-Forwarded-For` is believed.
 *
 * ```ts
 * const guards = createGuards(parseGuardSettings(process.env));
 * ```
 *
 * @throws GuardsError `bad_option`, with all problems together. It shows no token.
 */
export function parseGuardSettings(environment: Environment): GuardSettings {
  const problems: string[] = [];
  const list = (name: string): readonly string[] =>
    (environment[name] ?? '').split(',').flatMap(item => item.trim() || []);
  const attempt = <Value>(name: string, work: () => Value): Value | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof GuardsError)) throw error;
      problems.push(`${name}: ${error.message}`);
      return undefined;
    }
  };
  const tokens = list('MCP_SECRET_TOKEN').map(token => ({ token, name: OPERATOR }));
  const hashes = list('MCP_TOKEN_HASH').map(sha256 => ({ sha256, name: OPERATOR }));
  const ofTokens = tokens.length > 0 && attempt('MCP_SECRET_TOKEN', () => createBearerAuth({ tokens }));
  const ofHashes = hashes.length > 0 && attempt('MCP_TOKEN_HASH', () => createBearerAuth({ tokens: hashes }));
  const allow = list('ALLOWED_IPS');
  const trustedProxies = list('TRUSTED_PROXIES');
  attempt('ALLOWED_IPS', () => parseRanges(allow, 'the list'));
  attempt('TRUSTED_PROXIES', () => parseRanges(trustedProxies, 'the list'));
  if (problems.length > 0) throw new GuardsError('bad_option', problems.join('\n'));
  const network = {
    ...(allow.length > 0 && { allow }),
    ...(trustedProxies.length > 0 && { trustedProxies }),
  };
  return {
    ...((ofTokens || ofHashes) && { auth: createBearerAuth({ tokens: [...tokens, ...hashes] }) }),
    ...(Object.keys(network).length > 0 && { network }),
  };
}

/** A token that was changed for another one is still the same caller's. */
const OPERATOR = 'operator';
