import { CompanyError } from './company-error.ts';
import type { DatabaseSource } from './open-databases.ts';

export interface CompanySettings {
  host: string;
  port: number;
  /** At least one of the two lists is not empty. */
  tokens: readonly string[];
  /** sha256 of accepted tokens, hex. */
  tokenHashes: readonly string[];
  database: DatabaseSource;
}

/** Reads the settings of the process; all problems are reported together. */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): CompanySettings {
  const problems: string[] = [];
  const read = (name: string): string | undefined => env[name]?.trim() || undefined;

  const token = read('MCP_SECRET_TOKEN');
  const hash = read('MCP_TOKEN_HASH');
  if (token === undefined && hash === undefined) {
    problems.push(
      'Set MCP_SECRET_TOKEN to the token that callers must send, or MCP_TOKEN_HASH to its sha256 in hex: without one nobody may call.',
    );
  }
  if (token !== undefined && /\s/u.test(token)) problems.push('MCP_SECRET_TOKEN must not contain blanks.');
  if (hash !== undefined && !/^[0-9a-f]{64}$/iu.test(hash)) {
    problems.push('MCP_TOKEN_HASH must be 64 hex digits: printf %s "$MCP_SECRET_TOKEN" | sha256sum');
  }

  const portText = read('PORT') ?? '8000';
  const port = Number(portText);
  if (!/^\d+$/u.test(portText) || port > 65_535)
    problems.push(`PORT must be a number from 0 to 65535, not "${portText}".`);

  const ownerUrl = read('COMPANY_DATABASE_URL');
  const readerUrl = read('COMPANY_READER_DATABASE_URL');
  if ((ownerUrl === undefined) !== (readerUrl === undefined)) {
    problems.push(
      'COMPANY_DATABASE_URL and COMPANY_READER_DATABASE_URL belong together: the second names a role that may only read.',
    );
  }
  for (const [name, url] of Object.entries({
    COMPANY_DATABASE_URL: ownerUrl,
    COMPANY_READER_DATABASE_URL: readerUrl,
  })) {
    if (url !== undefined && !(URL.canParse(url) && new URL(url).username !== '')) {
      problems.push(`${name} must be a URL with a user, as in postgresql://user:password@host/company.`);
    }
  }

  if (problems.length > 0) throw new CompanyError('bad_setting', problems.join('\n'));
  return {
    host: read('COMPANY_HOST') ?? '127.0.0.1',
    port,
    tokens: token === undefined ? [] : [token],
    tokenHashes: hash === undefined ? [] : [hash],
    database:
      ownerUrl !== undefined && readerUrl !== undefined
        ? { ownerUrl, readerUrl }
        : { dataDirectory: read('TRAMONTANE_DATA') ?? './.tramontane' },
  };
}
