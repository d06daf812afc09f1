import type { Auth, AuthVerdict } from './auth.ts';
import { GuardsError } from './guards-error.ts';
import { createTokenLookup, type AcceptedToken } from './token-list.ts';

export interface ApiKeyOptions {
  /** `X-API-Key` unless given. */
  readonly header?: string;
  readonly keys: readonly AcceptedToken[];
}

const MISSING: AuthVerdict = { ok: false, reason: 'missing' };
// RFC 9110 section 5.1
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

/**
 * Callers send one of these keys in a header of its own.
 *
 * @throws GuardsError `no_tokens`, `bad_token`; `bad_option` for a header that cannot be.
 */
export function createApiKeyAuth({ header: name = 'X-API-Key', keys }: ApiKeyOptions): Auth {
  if (!HEADER_NAME.test(name)) {
    throw new GuardsError('bad_option', `${JSON.stringify(name)} cannot be the name of a header.`);
  }
  const lookup = createTokenLookup(keys);
  const lowered = name.toLowerCase();
  return {
    scheme: 'ApiKey',
    credential: `${name} header`,
    parameters: [`header="${name}"`],
    check: header => {
      const key = header(lowered);
      return key === undefined || key === '' ? MISSING : lookup(key);
    },
  };
}
