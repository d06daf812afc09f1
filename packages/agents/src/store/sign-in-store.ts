import type { Kysely } from 'kysely';
import type { Caller } from '../core/caller.ts';
import type { RegisteredClients, SignInStore } from '../core/oauth-ports.ts';
import type { Tables } from './schema.ts';
import { isForeignKeyViolation } from './store-error.ts';

/** Sign-ins between the way out and the way back. Each is taken once. */
export function createSignInStore(db: Kysely<Tables>): SignInStore {
  return {
    async save(caller, signIn) {
      await db.deleteFrom('oauth_sign_ins').where('expires_at', '<', new Date()).execute();
      try {
        await db
          .insertInto('oauth_sign_ins')
          .values({
            state_hash: signIn.stateHash,
            workspace: caller.workspace,
            user_id: caller.user,
            caller: JSON.stringify(caller),
            connector_id: signIn.connectorId,
            credentials_name: signIn.name,
            credentials_title: signIn.title ?? null,
            sealed: signIn.sealed,
            return_url: signIn.returnUrl ?? null,
            expires_at: signIn.expiresAt,
          })
          .execute();
        return true;
      } catch (error) {
        if (isForeignKeyViolation(error)) return false;
        throw error;
      }
    },
    async take(stateHash) {
      const row = await db
        .deleteFrom('oauth_sign_ins')
        .where('state_hash', '=', stateHash)
        .returningAll()
        .executeTakeFirst();
      if (!row) return undefined;
      return {
        caller: row.caller as Caller,
        stateHash,
        connectorId: row.connector_id,
        name: row.credentials_name,
        ...(row.credentials_title !== null && { title: row.credentials_title }),
        sealed: row.sealed,
        ...(row.return_url !== null && { returnUrl: row.return_url }),
        expiresAt: row.expires_at,
      };
    },
  };
}

/** Clients that authorization servers registered for this installation. */
export function createRegisteredClients(db: Kysely<Tables>): RegisteredClients {
  return {
    async find(key) {
      const row = await db
        .selectFrom('oauth_clients')
        .select('sealed')
        .where(eb => eb.and(keyOf(key)))
        .executeTakeFirst();
      return row?.sealed;
    },
    async save(key, sealed) {
      await db
        .insertInto('oauth_clients')
        .values({ ...keyOf(key), sealed, created_at: new Date() })
        .onConflict(conflict =>
          conflict.columns(['workspace', 'issuer', 'redirect_uri']).doUpdateSet({ sealed }),
        )
        .execute();
    },
    async forget(key) {
      await db
        .deleteFrom('oauth_clients')
        .where(eb => eb.and(keyOf(key)))
        .execute();
    },
  };
}

function keyOf(key: { workspace: string; issuer: string; redirectUri: string }) {
  return { workspace: key.workspace, issuer: key.issuer, redirect_uri: key.redirectUri };
}
