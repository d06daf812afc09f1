import { sql, type Kysely } from 'kysely';
import type { Caller } from '../core/caller.ts';
import type { Connector, ConnectorConfig } from '../core/connector.ts';
import { isUuid } from '../core/ids.ts';
import type { ConnectorStore } from '../core/ports.ts';
import type { ConnectorRow, Tables } from './schema.ts';
import { isUniqueViolation } from './store-error.ts';

export function createConnectorStore(db: Kysely<Tables>): ConnectorStore {
  return {
    async insert(caller, connector) {
      const at = new Date();
      const row = await db
        .insertInto('connectors')
        .values({
          id: connector.id,
          workspace: caller.workspace,
          user_id: caller.user,
          name: connector.name,
          inline_key: null,
          config: JSON.stringify(connector.config),
          sealed_access: connector.sealedAccess,
          created_at: at,
          modified_at: at,
        })
        .onConflict(conflict => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
      return row && toConnector(row);
    },
    async find(caller, idOrName) {
      if (idOrName.includes('\0')) return undefined;
      const row = await visible(db, caller)
        .where(eb =>
          isUuid(idOrName)
            ? eb('id', '=', idOrName)
            : eb.and([eb('name', '=', idOrName), eb('inline_key', 'is', null)]),
        )
        .executeTakeFirst();
      return row && toConnector(row);
    },
    async list(caller, page) {
      let query = visible(db, caller).where('inline_key', 'is', null);
      const { after } = page;
      if (after) {
        query = query.where(
          sql<boolean>`(created_at, id) > (${after.createdAt}::timestamptz, ${after.id}::uuid)`,
        );
      }
      const rows = await query.orderBy('created_at').orderBy('id').limit(page.limit).execute();
      return rows.map(toConnector);
    },
    async update(caller, id, change) {
      try {
        return await db.transaction().execute(async trx => {
          // Only its owner: the stored credentials would go wherever the connector points.
          const row = await visible(trx, caller)
            .where('id', '=', id)
            .where('user_id', '=', caller.user)
            .forUpdate()
            .executeTakeFirst();
          if (!row) return undefined;
          const changed = change(toConnector(row));
          const updated = await trx
            .updateTable('connectors')
            .set({
              name: changed.name,
              config: JSON.stringify(changed.config),
              sealed_access: changed.sealedAccess,
              modified_at: new Date(),
            })
            .where('id', '=', id)
            .returningAll()
            .executeTakeFirstOrThrow();
          return toConnector(updated);
        });
      } catch (error) {
        if (isUniqueViolation(error)) return 'name_taken';
        throw error;
      }
    },
    async remove(caller, id) {
      const result = await db
        .deleteFrom('connectors')
        .where('workspace', '=', caller.workspace)
        .where('user_id', '=', caller.user)
        .where('id', '=', id)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}

/** The caller's own connectors and those that others of the workspace share. */
function visible(db: Kysely<Tables>, caller: Caller) {
  return db
    .selectFrom('connectors')
    .selectAll()
    .where('workspace', '=', caller.workspace)
    .where(eb => eb.or([eb('user_id', '=', caller.user), sql<boolean>`config->>'visibility' <> 'private'`]));
}

function toConnector(row: ConnectorRow): Connector {
  return {
    id: row.id,
    workspace: row.workspace,
    ownerId: row.user_id,
    name: row.name,
    inline: row.inline_key !== null,
    config: row.config as ConnectorConfig,
    sealedAccess: row.sealed_access,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}
