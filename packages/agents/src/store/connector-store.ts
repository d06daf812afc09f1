import { sql, type Kysely } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { Caller } from '../core/caller.ts';
import type { Connector, ConnectorConfig, ConnectorVisibility } from '../core/connector.ts';
import { isUuid } from '../core/ids.ts';
import type { ConnectorStore } from '../core/ports.ts';
import { toCredential } from './credential-store.ts';
import { heldBy, nearestFirst } from './held-by.ts';
import { toPreference } from './preference-store.ts';
import type { ConnectorRow, Tables } from './schema.ts';
import { isUniqueViolation } from './store-error.ts';

export function createConnectorStore(db: Kysely<Tables>): ConnectorStore {
  return {
    async insert(caller, connector) {
      if (await isOrganizations(db, caller, connector)) return undefined;
      const at = new Date();
      const row = await db
        .insertInto('connectors')
        .values({
          id: connector.id,
          organization: caller.organization,
          workspace: caller.workspace,
          user_id: caller.user,
          name: connector.name,
          visibility: connector.visibility,
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
    async find(caller, idOrName, options) {
      const row = await named(db, caller, idOrName, options)?.executeTakeFirst();
      return row && toConnector(row);
    },
    async reach(caller, idOrName, options) {
      const row = await named(db, caller, idOrName, options)
        ?.select(eb => [
          jsonArrayFrom(
            eb
              .selectFrom('connector_credentials')
              .selectAll('connector_credentials')
              .whereRef('connector_credentials.connector_id', '=', 'connectors.id')
              .where(heldBy(caller, 'connector_credentials'))
              .orderBy('connector_credentials.created_at')
              .orderBy('connector_credentials.id'),
          ).as('credentials'),
          jsonArrayFrom(
            eb
              .selectFrom('connector_preferences')
              .selectAll('connector_preferences')
              .whereRef('connector_preferences.connector_id', '=', 'connectors.id')
              .where(heldBy(caller, 'connector_preferences')),
          ).as('preferences'),
        ])
        .executeTakeFirst();
      if (!row) return undefined;
      return {
        connector: toConnector(row),
        credentials: nearestFirst(row.credentials).map(each => toCredential(withTimes(each))),
        preferences: nearestFirst(row.preferences).map(toPreference),
      };
    },
    async list(caller, page) {
      let query = visible(db, caller).where('inline_key', 'is', null);
      const { after, active } = page;
      if (after) {
        query = query.where(
          sql<boolean>`(created_at, id) > (${after.createdAt}::timestamptz, ${after.id}::uuid)`,
        );
      }
      if (active !== undefined) {
        query = query.where(eb => {
          const off = eb.exists(switchedOff(db, caller));
          return active ? eb.not(off) : off;
        });
      }
      const rows = await query.orderBy('created_at').orderBy('id').limit(page.limit).execute();
      return rows.map(toConnector);
    },
    async update(caller, id, change) {
      try {
        return await db.transaction().execute(async trx => {
          const row = await visible(trx, caller)
            .where('id', '=', id)
            .where('inline_key', 'is', null)
            .forUpdate()
            .executeTakeFirst();
          if (!row) return undefined;
          const before = toConnector(row);
          const { dropOthers, moveOwn, ...changed } = change(before);
          const { name = before.name, visibility = before.visibility } = changed;
          const isNew = name !== before.name || visibility !== before.visibility;
          if (isNew && (await isOrganizations(trx, before, { name, visibility }))) return 'name_taken';
          const updated = await trx
            .updateTable('connectors')
            .set({
              name,
              visibility,
              config: JSON.stringify(changed.config ?? before.config),
              sealed_access: changed.sealedAccess ?? before.sealedAccess,
              modified_at: new Date(),
            })
            .where('id', '=', id)
            .returningAll()
            .executeTakeFirstOrThrow();
          if (moveOwn !== undefined) {
            await trx
              .updateTable('connector_credentials')
              .set({ origin: moveOwn })
              .where('connector_id', '=', id)
              .where(isOwn(caller))
              .execute();
          }
          if (dropOthers === true) {
            const others = sql<boolean>`not (${isOwn({ ...caller, workspace: before.workspace, user: before.ownerId })})`;
            await trx
              .deleteFrom('connector_credentials')
              .where('connector_id', '=', id)
              .where(others)
              .execute();
            // Tokens of people's sign-ins are kept under who they are; the creator's stay.
            const creator = `% ${before.workspace}/${before.ownerId} %`;
            await trx
              .deleteFrom('oauth_tokens')
              .where('connector_id', '=', id)
              .where('credential', 'like', 'user %')
              .where('credential', 'not like', creator.replace(/[\\_]/g, '\\$&'))
              .execute();
            await trx
              .deleteFrom('connector_preferences')
              .where('connector_id', '=', id)
              .where(others)
              .execute();
          }
          return toConnector(updated);
        });
      } catch (error) {
        if (isUniqueViolation(error)) return 'name_taken';
        throw error;
      }
    },
    async remove(caller, id, check) {
      return await db.transaction().execute(async trx => {
        const row = await visible(trx, caller)
          .where('id', '=', id)
          .where('inline_key', 'is', null)
          .forUpdate()
          .executeTakeFirst();
        if (!row) return false;
        check(toConnector(row));
        await trx.deleteFrom('connectors').where('id', '=', id).execute();
        return true;
      });
    },
  };
}

/** The connectors that a caller may know of. An agent's inline ones are reached by all of its workspace, through it. */
function visible(db: Kysely<Tables>, caller: Caller, viaAgent = false) {
  return db
    .selectFrom('connectors')
    .selectAll()
    .where('organization', '=', caller.organization)
    .where(eb => {
      const inline = eb('inline_key', 'is not', null);
      const mine = eb('user_id', '=', caller.user);
      return eb.or([
        eb('visibility', '=', 'shared_org'),
        eb.and([
          eb('workspace', '=', caller.workspace),
          eb.or([
            eb('visibility', '=', 'shared_workspace'),
            viaAgent ? inline : eb.and([inline, mine]),
            ...(caller.keyScope === 'private_and_shared' ? [mine] : []),
          ]),
        ]),
      ]);
    });
}

/** One connector, by id or by name. `undefined`: nothing can have that name. */
function named(db: Kysely<Tables>, caller: Caller, idOrName: string, options?: { viaAgent: boolean }) {
  if (idOrName.includes('\0')) return undefined;
  const query = visible(db, caller, options?.viaAgent);
  return isUuid(idOrName)
    ? query.where('id', '=', idOrName)
    : query
        .where('name', '=', idOrName)
        .where('inline_key', 'is', null)
        .orderBy(nearest(caller))
        .orderBy('created_at');
}

/** In JSON, times are texts. */
function withTimes<R extends { readonly created_at: string; readonly modified_at: string }>(row: R) {
  return { ...row, created_at: new Date(row.created_at), modified_at: new Date(row.modified_at) };
}

/**
 * Whether this would be a workspace's connector of a name that the organization shares: whoever asks for that one by its
 * name would be led to this.
 */
async function isOrganizations(
  db: Kysely<Tables>,
  { organization }: Pick<Connector, 'organization'>,
  { name, visibility }: Pick<Connector, 'name' | 'visibility'>,
): Promise<boolean> {
  if (visibility !== 'shared_workspace') return false;
  const found = await db
    .selectFrom('connectors')
    .select('id')
    .where('organization', '=', organization)
    .where('name', '=', name)
    .where('visibility', '=', 'shared_org')
    .where('inline_key', 'is', null)
    .executeTakeFirst();
  return found !== undefined;
}

/** Of several with one name, the caller's own comes first, then the workspace's. */
function nearest(caller: Caller) {
  return sql`case when visibility = 'private' then 0 when workspace = ${caller.workspace} then 1 else 2 end`;
}

/** Somebody who may has switched it off for the caller: they themselves, or an admin of workspace or organization. */
function switchedOff(db: Kysely<Tables>, caller: Caller) {
  return db
    .selectFrom('connector_preferences')
    .select('active')
    .where('connector_preferences.connector_id', '=', sql.ref<string>('connectors.id'))
    .where('connector_preferences.active', '=', false)
    .where(heldBy(caller, 'connector_preferences'));
}

function isOwn({ organization, workspace, user }: Caller) {
  return sql<boolean>`level = 'user' and organization = ${organization} and workspace = ${workspace} and user_id = ${user}`;
}

function toConnector(row: ConnectorRow): Connector {
  return {
    id: row.id,
    organization: row.organization,
    workspace: row.workspace,
    ownerId: row.user_id,
    name: row.name,
    visibility: row.visibility as ConnectorVisibility,
    inline: row.inline_key !== null,
    config: row.config as ConnectorConfig,
    sealedAccess: row.sealed_access,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}
