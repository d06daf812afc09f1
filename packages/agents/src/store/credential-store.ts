import { sql, type Kysely, type Transaction } from 'kysely';
import type { OutboundAuthType } from '@tramontane/wire';
import {
  type Credential,
  type CredentialHolder,
  type CredentialLevel,
  type CredentialStatus,
  type CredentialStore,
} from '../core/credential.ts';
import { signInPrefix } from '../core/oauth-ports.ts';
import { heldBy, nearestFirst } from './held-by.ts';
import type { CredentialRow, Tables } from './schema.ts';
import { isForeignKeyViolation } from './store-error.ts';

export function createCredentialStore(db: Kysely<Tables>): CredentialStore {
  return {
    list: (connectorId, holder) => listOf(db, connectorId, holder),
    async listFor(connectorIds, caller) {
      const found = new Map<string, Credential[]>(connectorIds.map(id => [id, []]));
      if (connectorIds.length === 0) return found;
      const rows = await db
        .selectFrom('connector_credentials')
        .selectAll()
        .where('connector_id', 'in', connectorIds)
        .where(heldBy(caller, 'connector_credentials'))
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      for (const row of nearestFirst(rows)) found.get(row.connector_id)?.push(toCredential(row));
      return found;
    },
    async save(connectorId, holder, name, change) {
      try {
        return await db.transaction().execute(async trx => {
          await lockHolder(trx, connectorId, holder);
          const existing = await listOf(trx, connectorId, holder);
          const given = change(existing);
          const at = new Date();
          const written = {
            title: given.title,
            auth_type: given.authType,
            is_default: given.isDefault,
            creator: given.creatorId,
            origin: given.origin,
            sealed_secret: given.sealedSecret,
            status: given.status && JSON.stringify(given.status),
            modified_at: at,
          };
          if (given.isDefault) {
            await ofHolder(trx.updateTable('connector_credentials'), connectorId, holder)
              .set({ is_default: false })
              .where('auth_type', '=', given.authType)
              .where('name', '<>', name)
              .execute();
          }
          const row = await trx
            .insertInto('connector_credentials')
            .values({
              id: given.id,
              connector_id: connectorId,
              ...columnsOf(holder),
              name,
              created_at: at,
              ...written,
            })
            .onConflict(conflict =>
              conflict
                .columns(['connector_id', 'level', 'organization', 'workspace', 'user_id', 'name'])
                .doUpdateSet(written),
            )
            .returningAll()
            .executeTakeFirstOrThrow();
          await settleDefaults(trx, connectorId, holder);
          return toCredential(row);
        });
      } catch (error) {
        if (isForeignKeyViolation(error)) return undefined;
        throw error;
      }
    },
    async remove(connectorId, holder, names) {
      if (names?.length === 0) return 0;
      return await db.transaction().execute(async trx => {
        await lockHolder(trx, connectorId, holder);
        let removal = ofHolder(trx.deleteFrom('connector_credentials'), connectorId, holder);
        if (names) removal = removal.where('name', 'in', names);
        const removed = await removal.returning('name').execute();
        for (const { name } of removed) await removeTokens(trx, connectorId, holder, name);
        await settleDefaults(trx, connectorId, holder);
        return removed.length;
      });
    },
    async get(id) {
      const row = await db
        .selectFrom('connector_credentials')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row && toCredential(row);
    },
    async changeSecret(id, work) {
      return await db.transaction().execute(async trx => {
        const row = await trx
          .selectFrom('connector_credentials')
          .select('sealed_secret')
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (!row) return undefined;
        const sealed = await work(row.sealed_secret);
        if (sealed === row.sealed_secret) return sealed;
        await trx
          .updateTable('connector_credentials')
          .set({ sealed_secret: sealed, modified_at: new Date() })
          .where('id', '=', id)
          .execute();
        return sealed;
      });
    },
    async recordStatus(id, status) {
      await db
        .updateTable('connector_credentials')
        .set({ status: JSON.stringify(status) })
        .where('id', '=', id)
        .execute();
    },
  };
}

async function listOf(
  db: Kysely<Tables>,
  connectorId: string,
  holder: CredentialHolder,
): Promise<Credential[]> {
  const rows = await ofHolder(db.selectFrom('connector_credentials').selectAll(), connectorId, holder)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toCredential);
}

/** What a person's sign-in under this name brought. */
async function removeTokens(
  trx: Transaction<Tables>,
  connectorId: string,
  holder: CredentialHolder,
  name: string,
): Promise<void> {
  if (holder.level !== 'user') return;
  await trx
    .deleteFrom('oauth_tokens')
    .where('connector_id', '=', connectorId)
    .where(sql<boolean>`starts_with(credential, ${signInPrefix(holder, name)})`)
    .execute();
}

/** Every type that a holder has credentials of has one default: where it is gone, the oldest takes its place. */
async function settleDefaults(
  trx: Transaction<Tables>,
  connectorId: string,
  holder: CredentialHolder,
): Promise<void> {
  const left = await listOf(trx, connectorId, holder);
  for (const type of new Set(left.map(({ authType }) => authType))) {
    const ofType = left.filter(({ authType }) => authType === type);
    const [oldest] = ofType;
    if (!oldest || ofType.some(({ isDefault }) => isDefault)) continue;
    await trx
      .updateTable('connector_credentials')
      .set({ is_default: true })
      .where('id', '=', oldest.id)
      .execute();
  }
}

/** Of two that write for one holder, the second sees what the first has written. */
async function lockHolder(
  trx: Transaction<Tables>,
  connectorId: string,
  holder: CredentialHolder,
): Promise<void> {
  const name = JSON.stringify(['tramontane credentials', connectorId, holder]);
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(trx);
}

function columnsOf({ level, organization, workspace, user }: CredentialHolder) {
  return { level, organization, workspace, user_id: user };
}

interface Narrowed {
  where(
    column: 'connector_id' | 'level' | 'organization' | 'workspace' | 'user_id',
    op: '=',
    value: string,
  ): this;
}

function ofHolder<Q extends Narrowed>(query: Q, connectorId: string, holder: CredentialHolder): Q {
  return query
    .where('connector_id', '=', connectorId)
    .where('level', '=', holder.level)
    .where('organization', '=', holder.organization)
    .where('workspace', '=', holder.workspace)
    .where('user_id', '=', holder.user);
}

export function toCredential(row: CredentialRow): Credential {
  return {
    id: row.id,
    connectorId: row.connector_id,
    holder: {
      level: row.level as CredentialLevel,
      organization: row.organization,
      workspace: row.workspace,
      user: row.user_id,
    },
    name: row.name,
    title: row.title,
    authType: row.auth_type as OutboundAuthType,
    isDefault: row.is_default,
    creatorId: row.creator,
    origin: row.origin,
    sealedSecret: row.sealed_secret,
    status: row.status as CredentialStatus | null,
    createdAt: row.created_at,
  };
}
