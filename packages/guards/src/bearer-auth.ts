import type { Auth, AuthVerdict } from './auth.ts';
import { createTokenLookup, type AcceptedToken } from './token-list.ts';
import type { HeaderLookup } from './visit.ts';

const MISSING: AuthVerdict = { ok: false, reason: 'missing' };
const MALFORMED: AuthVerdict = { ok: false, reason: 'malformed' };

// RFC 9110 section 11.1: the scheme's name is case-insensitive, and one or more spaces follow it.
const BEARER = /^bearer +(\S+) *$/i;

/**
 * Callers send `Authorization: Bearer <token>` (RFC 6750, section 2.1) with one of these tokens.
 *
 * @throws GuardsError `no_tokens`, `bad_token`
 */
export function createBearerAuth({ tokens }: { readonly tokens: readonly AcceptedToken[] }): Auth {
  const lookup = createTokenLookup(tokens);
  return {
    scheme: 'Bearer',
    credential: 'bearer token',
    check: header => {
      const token = readBearer(header);
      return typeof token === 'string' ? lookup(token) : token;
    },
  };
}

export function readBearer(header: HeaderLookup): string | AuthVerdict {
  const authorization = header('authorization');
  if (authorization === undefined || authorization === '') return MISSING;
  return BEARER.exec(authorization)?.[1] ?? MALFORMED;
}
