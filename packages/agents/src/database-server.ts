import type { Config } from './config.ts';
import { openEmbeddedPostgres } from './store/embedded/index.ts';

/**
 * The database of these settings: the one of DATABASE_URL, or that of the data folder, started where it does not run.
 * @param opened Closes it; the last process of a data folder to leave stops it.
 */
export async function openDatabaseServer(
  config: Config,
  opened: AsyncDisposableStack,
  onProgress?: (sentence: string) => void,
): Promise<{ url: string; location: string }> {
  if (config.databaseUrl !== undefined) {
    const { host, pathname } = new URL(config.databaseUrl);
    return { url: config.databaseUrl, location: `${host}${pathname}` };
  }
  onProgress?.('Starting PostgreSQL');
  const postgres = await openEmbeddedPostgres({
    dataDirectory: config.dataFolder,
    ...(onProgress && { onProgress }),
  });
  opened.defer(() => postgres.close());
  return { url: postgres.url('tramontane'), location: postgres.location.data };
}
