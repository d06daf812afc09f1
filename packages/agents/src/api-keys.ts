import type { Config } from './config.ts';
import { createApiKeys, type ApiKeys } from './core/api-key.ts';
import { openDatabaseServer } from './database-server.ts';
import { createApiKeyStore } from './store/api-key-store.ts';
import { openDatabase } from './store/database.ts';

export interface OpenedApiKeys extends ApiKeys {
  close(): Promise<void>;
}

/** The API keys in the database of these settings, beside a server that runs on it or without one. */
export async function openApiKeys(config: Config): Promise<OpenedApiKeys> {
  const opened = new AsyncDisposableStack();
  try {
    const { url } = await openDatabaseServer(config, opened);
    const database = await openDatabase(url, { maxConnections: 1, onError: () => undefined });
    opened.defer(() => database.close());
    return { ...createApiKeys(createApiKeyStore(database.db)), close: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}
