import { parseGuardSettings, type GuardSettings } from '@tramontane/mcp-server';
import { createLimits } from '@tramontane/guards/limits';
import { CompanyError } from './company-error.ts';
import type { DatabaseSource } from './open-databases.ts';

export interface CompanySettings {
  host: string;
  port: number;
  /** Who may call, and from where. */
  guards: GuardSettings;
  /** Requests of one caller, as in `600/minute`. */
  rateLimit: string;
  /** What a scraper of /metrics sends; without it, what callers send. */
  metricsToken?: string;
  /** A page about the server at /docs. */
  docs: boolean;
  database: DatabaseSource;
}

/** Reads the settings of the process; all problems are reported together. */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): CompanySettings {
  const problems: string[] = [];
  const read = (name: string): string | undefined => env[name]?.trim() || undefined;

  const guards = attempt(() => parseGuardSettings(env), problems);
  if (guards && !guards.auth) {
    problems.push(
      'Set MCP_SECRET_TOKEN to the token that callers must send, or MCP_TOKEN_HASH to its sha256 in hex: without one nobody may call.',
    );
  }

  const portText = read('PORT') ?? '8000';
  const port = Number(portText);
  if (!/^\d+$/u.test(portText) || port > 65_535)
    problems.push(`PORT must be a number from 0 to 65535, not "${portText}".`);

  const rateLimit = read('RATE_LIMIT') ?? '600/minute';
  attempt(() => createLimits({ perCaller: rateLimit }), problems);

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

  if (guards === undefined || problems.length > 0) throw new CompanyError('bad_setting', problems.join('\n'));
  const metricsToken = read('METRICS_TOKEN');
  return {
    host: read('COMPANY_HOST') ?? '127.0.0.1',
    port,
    guards,
    rateLimit,
    docs: read('ENV') === 'development',
    ...(metricsToken !== undefined && { metricsToken }),
    database:
      ownerUrl !== undefined && readerUrl !== undefined
        ? { ownerUrl, readerUrl }
        : { dataDirectory: read('TRAMONTANE_DATA') ?? './.tramontane' },
  };
}

function attempt<Value>(work: () => Value, problems: string[]): Value | undefined {
  try {
    return work();
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
