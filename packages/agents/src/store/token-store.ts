import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import type { SecretPlace, SharedSecrets } from '../core/oauth-ports.ts';
import type { Tables } from './schema.ts';
import { isForeignKeyViolation } from './store-error.ts';

/** Seconds a claim is good for without a sign of life: a process that died holds the others up no longer. */
const CLAIM_SECONDS = 10;
const SIGN_OF_LIFE_MS = 3_000;
const LOOK_AGAIN_MS = 40;

interface Claim {
  readonly sealed: string | null;
  readonly version: number;
}

/**
 * Sealed texts that one process at a time may change. A claim is a mark in the row that ends by itself, not a lock of
 * the database: a change waits for somebody else's server, and with a connection of the pool for each such wait one
 * slow server would stop everything.
 */
export function createSharedSecrets(db: Kysely<Tables>): SharedSecrets {
  return {
    async read(place) {
      const row = await db
        .selectFrom('oauth_tokens')
        .select('sealed')
        .where(eb => eb.and(keyOf(place)))
        .executeTakeFirst();
      return row?.sealed ?? undefined;
    },
    async change(place, work, signal) {
      const claim = await claimed(db, place, signal);
      if (claim === 'no_connector') return undefined;
      const alive = setInterval(() => {
        void prolong(db, place, claim).catch(() => undefined);
      }, SIGN_OF_LIFE_MS);
      try {
        const sealed = await work(claim.sealed ?? undefined);
        await settle(db, place, claim, sealed);
        return sealed;
      } catch (error) {
        await settle(db, place, claim, claim.sealed).catch(() => undefined);
        throw error;
      } finally {
        clearInterval(alive);
      }
    },
    async write(place, sealed) {
      const changed = { sealed, claimed_until: null, updated_at: new Date() };
      await db
        .insertInto('oauth_tokens')
        .values({ ...keyOf(place), version: 1, ...changed })
        .onConflict(conflict =>
          conflict
            .columns(['connector_id', 'credential'])
            // The version moves on, so that a change under way on what was here before is not kept.
            .doUpdateSet({ ...changed, version: sql<number>`oauth_tokens.version + 1` }),
        )
        .execute();
    },
    async remove(place) {
      const { numDeletedRows } = await db
        .deleteFrom('oauth_tokens')
        .where(eb => eb.and(keyOf(place)))
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

function keyOf({ workspace, connectorId, credential }: SecretPlace) {
  return { workspace, connector_id: connectorId, credential };
}

function claimEnd() {
  return sql<Date>`now() + make_interval(secs => ${CLAIM_SECONDS})`;
}

async function claimed(
  db: Kysely<Tables>,
  place: SecretPlace,
  signal: AbortSignal,
): Promise<Claim | 'no_connector'> {
  for (;;) {
    signal.throwIfAborted();
    const row = { ...keyOf(place), sealed: null, version: 0, updated_at: new Date() };
    try {
      const claim = await db
        .insertInto('oauth_tokens')
        .values({ ...row, claimed_until: claimEnd() })
        .onConflict(conflict =>
          conflict
            .columns(['connector_id', 'credential'])
            .doUpdateSet({ claimed_until: claimEnd() })
            .where(sql<boolean>`coalesce(oauth_tokens.claimed_until < now(), true)`),
        )
        .returning(['sealed', 'version'])
        .executeTakeFirst();
      if (claim) return claim;
    } catch (error) {
      // A connector of a request that is not stored has no row that tokens could belong to.
      if (isForeignKeyViolation(error)) return 'no_connector';
      throw error;
    }
    await sleep(LOOK_AGAIN_MS * (1 + Math.random()), undefined, { signal });
  }
}

async function prolong(db: Kysely<Tables>, place: SecretPlace, { version }: Claim): Promise<void> {
  await db
    .updateTable('oauth_tokens')
    .set({ claimed_until: claimEnd() })
    .where(eb => eb.and({ ...keyOf(place), version }))
    .execute();
}

/** Keeps the outcome and lets go of the claim, unless the row went or was written over meanwhile. */
async function settle(
  db: Kysely<Tables>,
  place: SecretPlace,
  { version }: Claim,
  sealed: string | null,
): Promise<void> {
  await db
    .updateTable('oauth_tokens')
    .set({ sealed, version: version + 1, claimed_until: null, updated_at: new Date() })
    .where(eb => eb.and({ ...keyOf(place), version }))
    .execute();
}
