import type { Kysely } from 'kysely';
import type { ConnectorPreference, PreferenceStore } from '../core/connector-preference.ts';
import type { CredentialLevel } from '../core/credential.ts';
import { heldBy, nearestFirst } from './held-by.ts';
import type { PreferenceRow, Tables } from './schema.ts';
import { isForeignKeyViolation } from './store-error.ts';

export function createPreferenceStore(db: Kysely<Tables>): PreferenceStore {
  return {
    async listFor(connectorIds, caller) {
      const found = new Map<string, ConnectorPreference[]>(connectorIds.map(id => [id, []]));
      if (connectorIds.length === 0) return found;
      const rows = await db
        .selectFrom('connector_preferences')
        .selectAll()
        .where('connector_id', 'in', connectorIds)
        .where(heldBy(caller, 'connector_preferences'))
        .execute();
      for (const row of nearestFirst(rows)) found.get(row.connector_id)?.push(toPreference(row));
      return found;
    },
    async save(connectorId, holder, change) {
      const { level, organization, workspace, user } = holder;
      const written = {
        active: change.active,
        modified_at: new Date(),
        ...(change.rules && { tool_configuration: JSON.stringify(change.rules) }),
      };
      try {
        await db
          .insertInto('connector_preferences')
          .values({
            connector_id: connectorId,
            level,
            organization,
            workspace,
            user_id: user,
            tool_configuration: null,
            ...written,
          })
          .onConflict(conflict =>
            conflict
              .columns(['connector_id', 'level', 'organization', 'workspace', 'user_id'])
              .doUpdateSet(written),
          )
          .execute();
        return true;
      } catch (error) {
        if (isForeignKeyViolation(error)) return false;
        throw error;
      }
    },
  };
}

export function toPreference(
  row: Pick<PreferenceRow, 'level' | 'active' | 'tool_configuration'>,
): ConnectorPreference {
  return {
    level: row.level as CredentialLevel,
    active: row.active,
    rules: row.tool_configuration ?? {},
  };
}
