import { openEmbeddedPostgres } from '@tramontane/agents/embedded';
import type { Log } from '@tramontane/mcp-server';
import { openSqlAccess, type SqlAccess } from '@tramontane/mcp-server/sql';
import { Client, Pool, type PoolConfig } from 'pg';
import { CompanyError } from './company-error.ts';
import { checkReader, prepareDatabase } from './prepare-database.ts';
import { TABLES } from './tables.ts';

/** Where the company's data is: a PostgreSQL of yours with two roles, or the embedded one of a data folder. */
export type DatabaseSource = { ownerUrl: string; readerUrl: string } | { dataDirectory: string };

export interface CompanyDatabases {
  /** Of the role that owns the tables. */
  owner: Pool;
  /** Under the role that may read users, products and orders, and nothing else. */
  sql: SqlAccess;
  close(): Promise<void>;
}

/** Opens the database, makes and fills its tables where they are missing. */
export async function openDatabases(
  source: DatabaseSource,
  options: {
    signal?: AbortSignal | undefined;
    onProgress?: ((sentence: string) => void) | undefined;
    log?: Log | undefined;
  } = {},
): Promise<CompanyDatabases> {
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    while (closing.length > 0) await closing.pop()?.();
  };
  try {
    const urls = 'ownerUrl' in source ? source : await openEmbedded(source.dataDirectory, options, closing);
    const owner = new Pool({ ...toConnection(urls.ownerUrl), max: 4 });
    // An idle session that is cut (the database restarts) is replaced at the next use.
    owner.on('error', () => undefined);
    closing.push(() => owner.end());
    options.signal?.throwIfAborted();
    await prepareDatabase(owner, decodeURIComponent(new URL(urls.readerUrl).username));
    const reader = new Client(toConnection(urls.readerUrl));
    reader.on('error', () => undefined);
    try {
      await reader.connect();
      await checkReader(reader);
    } finally {
      await reader.end();
    }
    const sql = await openSqlAccess({
      postgres: { connectionString: urls.readerUrl },
      tables: TABLES,
      ...(options.log && { log: options.log }),
    });
    closing.push(() => sql.close());
    return { owner, sql, close };
  } catch (error) {
    await close();
    if (error instanceof CompanyError || 'dataDirectory' in source) throw error;
    throw new CompanyError(
      'database_unavailable',
      `The company's database cannot be opened: ${error instanceof Error ? error.message : String(error)}. Look at COMPANY_DATABASE_URL and COMPANY_READER_DATABASE_URL.`,
      { cause: error },
    );
  }
}

function toConnection(connectionString: string): PoolConfig {
  return { connectionString, connectionTimeoutMillis: 10_000, application_name: 'company' };
}

async function openEmbedded(
  dataDirectory: string,
  options: { signal?: AbortSignal | undefined; onProgress?: ((sentence: string) => void) | undefined },
  closing: (() => Promise<void>)[],
): Promise<{ ownerUrl: string; readerUrl: string }> {
  const { signal, onProgress } = options;
  const postgres = await openEmbeddedPostgres({
    dataDirectory,
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  closing.push(() => postgres.close());
  const ownerUrl = await postgres.ensureDatabase('company', { role: 'company_owner' });
  const readerUrl = await postgres.ensureRole('company_reader', { database: 'company' });
  return { ownerUrl, readerUrl };
}
