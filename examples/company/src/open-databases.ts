import { openEmbeddedPostgres } from '@tramontane/agents/embedded';
import { Pool } from 'pg';
import { CompanyError } from './company-error.ts';
import { checkReader, prepareDatabase } from './prepare-database.ts';

/** Where the company's data is: a PostgreSQL of yours with two roles, or the embedded one of a data folder. */
export type DatabaseSource = { ownerUrl: string; readerUrl: string } | { dataDirectory: string };

export interface CompanyDatabases {
  /** Of the role that owns the tables. */
  owner: Pool;
  /** Of the role that may read users, products and orders, and nothing else. */
  reader: Pool;
  close(): Promise<void>;
}

/** Opens the database, makes and fills its tables where they are missing. */
export async function openDatabases(
  source: DatabaseSource,
  options: { signal?: AbortSignal | undefined; onProgress?: ((sentence: string) => void) | undefined } = {},
): Promise<CompanyDatabases> {
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    while (closing.length > 0) await closing.pop()?.();
  };
  const openPool = (url: string, max: number, startup?: string): Pool => {
    const pool = new Pool({
      connectionString: url,
      max,
      connectionTimeoutMillis: 10_000,
      application_name: 'company',
      ...(startup !== undefined && { options: startup }),
    });
    // An idle session that is cut (the database restarts) is replaced at the next use.
    pool.on('error', () => undefined);
    closing.push(() => pool.end());
    return pool;
  };
  try {
    const urls = 'ownerUrl' in source ? source : await openEmbedded(source.dataDirectory, options, closing);
    const owner = openPool(urls.ownerUrl, 4);
    const reader = openPool(
      urls.readerUrl,
      4,
      // Also where something is asked outside of a query's own transaction. The check of the client
      // ends the work of a caller who went away.
      '-c default_transaction_read_only=on -c search_path=public -c client_connection_check_interval=500',
    );
    options.signal?.throwIfAborted();
    await prepareDatabase(owner, decodeURIComponent(new URL(urls.readerUrl).username));
    await checkReader(reader);
    return { owner, reader, close };
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
