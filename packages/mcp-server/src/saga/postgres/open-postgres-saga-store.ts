import { escapeIdentifier, type PoolClient } from 'pg';
import { KitError } from '../../kit-error.ts';
import { createLineLog, type Log } from '../../log.ts';
import { isGone, openTables } from '../../postgres/open-tables.ts';
import type { SagaEvent, SagaStatus } from '../saga-events.ts';
import type { SagaStore, SagaWish, StoredSaga } from '../saga-store.ts';
import { createSagaTables } from './saga-tables.ts';

export interface PostgresSagaStoreOptions {
  /** As in `postgres://user:password@host/database`. */
  readonly connectionString: string;
  /** Of this store alone, with `<table>_events`; made when missing. `mcp_sagas` unless given. */
  readonly table?: string;
  /** Connections for queries, beside one that listens; 5 unless given. */
  readonly maxConnections?: number;
  /** Milliseconds a process may be cut off before the others take its sagas; 1,000 unless given. */
  readonly graceMs?: number;
  /** For looking at what servers keep: a table that is not there is refused, not made. Default false. */
  readonly mustExist?: boolean;
  /** For connections that break; warnings and errors go to stderr unless given. */
  readonly log?: Log;
}

export interface PostgresSagaStore extends SagaStore, AsyncDisposable {
  /** After `Sagas.close`. */
  readonly close: () => Promise<void>;
}

interface Row {
  readonly saga_id: string;
  readonly name: string;
  readonly owner: string;
  readonly idempotency_key: string | null;
  readonly input: string;
  readonly status: SagaStatus;
  readonly created_at: Date;
  readonly events: readonly string[] | null;
}

/** See `lockClass` of `openTables`: a number of this store alone. */
const LOCK_CLASS = 1_416_129_356;
const GRACE_MS = 1_000;
const LISTED = 100;
const TAKEN = '23505';

/**
 * Keeps sagas in PostgreSQL 14 or newer. Each event is one committed row, and its number is what stops a second process
 * from carrying the same saga. A process is gone when nobody holds its lock any more, so no pooler that hands out
 * connections by transaction may stand between.
 *
 * @throws KitError `definition_invalid` for a table name that cannot be, or a table that must exist and does not; what `pg` throws if it cannot connect.
 */
export async function openPostgresSagaStore(options: PostgresSagaStoreOptions): Promise<PostgresSagaStore> {
  const { connectionString, table: name = 'mcp_sagas', maxConnections = 5 } = options;
  const { graceMs = GRACE_MS, log = createLineLog() } = options;
  const table = escapeIdentifier(name);
  const events = escapeIdentifier(`${name}_events`);
  const { pool, runner, watchers, close } = await openTables({
    connectionString,
    maxConnections,
    name,
    what: 'sagas',
    lockClass: LOCK_CLASS,
    create:
      options.mustExist === true
        ? client => refuseMissing(client, name)
        : client => createSagaTables(client, table, events),
    log,
  });
  /** Sagas whose process was gone at the last look, and since when. */
  let missed = new Map<string, number>();

  const select = async (rest: string, values: readonly unknown[]): Promise<StoredSaga[]> => {
    const { rows } = await pool.query<Row>(
      `SELECT s.*, (SELECT array_agg(e.event ORDER BY e.seq) FROM ${events} e WHERE e.saga_id = s.saga_id) AS events
       FROM ${table} s WHERE ${rest}`,
      [...values],
    );
    return rows.map(toSaga);
  };
  const load = async (where: string, values: readonly unknown[]): Promise<StoredSaga | undefined> =>
    (await select(where, values))[0];

  const findAbandoned = async (names: readonly string[]): Promise<Map<string, number>> => {
    const { rows } = await pool.query<{ saga_id: string; runner: number }>(
      `SELECT saga_id, runner FROM ${table}
       WHERE status = 'running' AND runner <> $1 AND name = ANY($2) AND ${isGone('$3')}`,
      [runner, names, LOCK_CLASS],
    );
    return new Map(rows.map(row => [`${row.saga_id} ${row.runner}`, Date.now()]));
  };

  return {
    create: async saga => {
      const { rowCount } = await pool.query(
        `INSERT INTO ${table} (saga_id, name, owner, idempotency_key, input, status, runner, created_at)
         VALUES ($1, $2, $3, $4, $5, 'running', $6, $7) ON CONFLICT (name, owner, idempotency_key) DO NOTHING`,
        [
          saga.id,
          saga.name,
          saga.owner,
          saga.idempotencyKey ?? null,
          JSON.stringify(saga.input),
          runner,
          saga.createdAt,
        ],
      );
      if (rowCount === 1) return undefined;
      return load('s.name = $1 AND s.owner = $2 AND s.idempotency_key = $3', [
        saga.name,
        saga.owner,
        saga.idempotencyKey,
      ]);
    },
    get: id => load('s.saga_id = $1', [id]),
    list: ({ name: saga, status, limit = LISTED }) =>
      select(
        `($1::text IS NULL OR name = $1) AND ($2::text IS NULL OR status = $2)
         ORDER BY created_at DESC, saga_id LIMIT $3`,
        [saga ?? null, status ?? null, limit],
      ),
    append: async (id, seq, event, status) => {
      try {
        const { rowCount } = await pool.query(
          `WITH mine AS (UPDATE ${table} SET status = $4 WHERE saga_id = $1 AND runner = $5 RETURNING saga_id),
             written AS (INSERT INTO ${events} (saga_id, seq, event) SELECT saga_id, $2, $3 FROM mine RETURNING saga_id)
           SELECT pg_notify($6, saga_id) FROM written`,
          [id, seq, JSON.stringify(event), status, runner, name],
        );
        return rowCount === 1;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === TAKEN) return false;
        throw error;
      }
    },
    claim: async names => {
      const now = Date.now();
      const abandoned = await findAbandoned(names);
      // A process may only have lost its connection for a moment, and be about to come back.
      const gone = [...abandoned.keys()].filter(key => now - (missed.get(key) ?? now) >= graceMs);
      missed = new Map([...abandoned].map(([key, since]) => [key, missed.get(key) ?? since]));
      const { rows } = await pool.query<{ saga_id: string }>(
        `UPDATE ${table} SET runner = $1, wish = CASE WHEN status = 'parked' THEN NULL ELSE wish END
         WHERE saga_id || ' ' || runner = ANY($2) AND status = 'running'
           OR status = 'parked' AND wish = 'retry' AND name = ANY($3)
         RETURNING saga_id`,
        [runner, gone, names],
      );
      return rows.map(row => row.saga_id);
    },
    wish: async (id, wish) => {
      const { rowCount } = await pool.query(
        `WITH changed AS (UPDATE ${table} SET wish = $2 WHERE saga_id = $1 AND status = $3 RETURNING saga_id)
         SELECT pg_notify($4, saga_id) FROM changed`,
        [id, wish, wish === 'cancel' ? 'running' : 'parked', name],
      );
      return rowCount === 1;
    },
    wishOf: async id => {
      const { rows } = await pool.query<{ wish: SagaWish | null }>(
        `SELECT wish FROM ${table} WHERE saga_id = $1`,
        [id],
      );
      return rows[0]?.wish ?? undefined;
    },
    watch: watchers.add,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function toSaga(row: Row): StoredSaga {
  return {
    id: row.saga_id,
    name: row.name,
    owner: row.owner,
    input: JSON.parse(row.input) as unknown,
    status: row.status,
    createdAt: row.created_at.toISOString(),
    ...(row.idempotency_key !== null && { idempotencyKey: row.idempotency_key }),
    events: (row.events ?? []).map(event => JSON.parse(event) as SagaEvent),
  };
}

async function refuseMissing(client: PoolClient, name: string): Promise<void> {
  const { rows } = await client.query<{ found: string | null }>('SELECT to_regclass($1) AS found', [name]);
  if (rows[0]?.found !== null) return;
  throw new KitError(
    'definition_invalid',
    `There is no table ${name} in this database. Give the database and the table that the server keeps its sagas in.`,
  );
}
