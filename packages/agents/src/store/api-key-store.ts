import type { Kysely } from 'kysely';
import type { ApiKey, ApiKeyStore } from '../core/api-key.ts';
import type { KeyScope, Role } from '../core/caller.ts';
import { isUuid } from '../core/ids.ts';
import type { Tables } from './schema.ts';
import { isUniqueViolation } from './store-error.ts';

export function createApiKeyStore(db: Kysely<Tables>): ApiKeyStore {
  return {
    async insert(key) {
      const { organization, workspace, user, role, keyScope } = key.caller;
      try {
        return await db.transaction().execute(async trx => {
          await trx
            .insertInto('workspaces')
            .values({ id: workspace, organization })
            .onConflict(conflict => conflict.doNothing())
            .execute();
          const known = await trx
            .selectFrom('workspaces')
            .select('organization')
            .where('id', '=', workspace)
            .executeTakeFirstOrThrow();
          if (known.organization !== organization) return { done: false, belongsTo: known.organization };
          await trx
            .insertInto('api_keys')
            .values({
              id: key.id,
              name: key.name,
              sha256: key.sha256,
              fingerprint: key.fingerprint,
              workspace,
              user_id: user,
              role,
              key_scope: keyScope,
              created_at: key.createdAt,
              revoked_at: key.revokedAt,
            })
            .execute();
          return { done: true };
        });
      } catch (error) {
        if (isUniqueViolation(error)) return { done: false, taken: 'name' };
        throw error;
      }
    },
    async list(options) {
      let query = keysOf(db);
      if (options?.revoked !== true) query = query.where('revoked_at', 'is', null);
      return (await query.orderBy('created_at').orderBy('api_keys.id').execute()).map(toApiKey);
    },
    async revoke(idOrName, at) {
      return await db.transaction().execute(async trx => {
        const rows = await keysOf(trx)
          .where('revoked_at', 'is', null)
          .where(isUuid(idOrName) ? 'api_keys.id' : 'name', '=', idOrName)
          .execute();
        const [row] = rows;
        if (row && rows.length === 1) {
          await trx.updateTable('api_keys').set({ revoked_at: at }).where('id', '=', row.id).execute();
        }
        return rows.map(toApiKey);
      });
    },
  };
}

function keysOf(db: Kysely<Tables>) {
  return db
    .selectFrom('api_keys')
    .innerJoin('workspaces', 'workspaces.id', 'api_keys.workspace')
    .selectAll('api_keys')
    .select('workspaces.organization');
}

function toApiKey(row: Awaited<ReturnType<ReturnType<typeof keysOf>['execute']>>[number]): ApiKey {
  return {
    id: row.id,
    name: row.name,
    sha256: row.sha256,
    fingerprint: row.fingerprint,
    caller: {
      organization: row.organization,
      workspace: row.workspace,
      user: row.user_id,
      role: row.role as Role,
      keyScope: row.key_scope as KeyScope,
    },
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  };
}
