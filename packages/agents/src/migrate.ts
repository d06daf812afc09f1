import type { Config } from './config.ts';
import { openDatabaseServer } from './database-server.ts';
import { openDatabase } from './store/database.ts';

/**
 * Brings the tables of these settings' database up to date, as a start does, and nothing else. Returns the names of the
 * migrations that were carried out: none when the tables were up to date. @throws StoreError
 */
export async function migrateDatabase(
  config: Config,
): Promise<{ readonly location: string; readonly migrated: readonly string[] }> {
  await using opened = new AsyncDisposableStack();
  const { url, location } = await openDatabaseServer(config, opened);
  const database = await openDatabase(url, { maxConnections: 1, onError: () => undefined });
  opened.defer(() => database.close());
  return { location, migrated: database.migrated };
}
