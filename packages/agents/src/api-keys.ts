import type { Config } from './config.ts';
import { createApiKeys, type ApiKey, type ApiKeys } from './core/api-key.ts';
import { openDatabaseServer } from './database-server.ts';
import { openCommandAudit, type CommandAudit } from './open-lines.ts';
import { createApiKeyStore } from './store/api-key-store.ts';
import { openDatabase } from './store/database.ts';

export interface OpenedApiKeys extends ApiKeys {
  close(): Promise<void>;
}

/**
 * The API keys in the database of these settings, beside a server that runs on it or without one. What is done to them is
 * in the audit trail, where the settings name a file for it.
 */
export async function openApiKeys(config: Config): Promise<OpenedApiKeys> {
  const opened = new AsyncDisposableStack();
  try {
    const audit = await openCommandAudit(config, opened);
    const { url } = await openDatabaseServer(config, opened);
    const database = await openDatabase(url, { maxConnections: 1, onError: () => undefined });
    opened.defer(() => database.close());
    const keys = createApiKeys(createApiKeyStore(database.db));
    return { ...withAudit(keys, audit), close: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

function withAudit(keys: ApiKeys, audit: CommandAudit): ApiKeys {
  return {
    ...keys,
    async create(name, caller) {
      const outcome = await keys.create(name, caller);
      if (outcome.ok) audit('keys create', toAudited(outcome.made));
      return outcome;
    },
    async revoke(idOrName) {
      const outcome = await keys.revoke(idOrName);
      if (outcome.ok) audit('keys revoke', toAudited(outcome.revoked));
      return outcome;
    },
  };
}

function toAudited({ name, fingerprint, caller }: ApiKey) {
  const { organization, workspace, user, role } = caller;
  return { name, credential: fingerprint, organization, workspace, user, role };
}
