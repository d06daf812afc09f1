import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { ApiError } from '../core/api-error.ts';

/**
 * What PostgreSQL itself says when it cannot serve: connections (class 08), resources such as disk and connections
 * (class 53), and that it starts or stops (57P01 to 57P03, 57P05). PostgreSQL, appendix A.
 */
const AWAY = /^(08|53)|^57P0[1235]$/;

/**
 * The pool as kysely wants it. What goes wrong because the database is away, and not because of a statement, becomes an
 * `ApiError` `database_away`, whose cause is the driver's; and a connection on which that happened is used no longer.
 */
export function watchPool(pool: Pool): PostgresPool {
  const watched = new WeakMap<PoolClient, PostgresPoolClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await sayWhenAway(pool.connect(), () => (isBusy(pool) ? BUSY : AWAY_NOW));
      // The same one each time: kysely keeps what it knows of a connection by its client.
      const known = watched.get(client) ?? watchClient(client);
      watched.set(client, known);
      return known;
    },
  };
}

function watchClient(client: PoolClient): PostgresPoolClient {
  let broken = false;
  // The pool listens only while nobody uses the client. Without a listener one that breaks then would end the process.
  client.on('error', () => {
    broken = true;
  });
  function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query(given: string | PostgresCursor<unknown>, values: readonly unknown[] = []): unknown {
    if (typeof given !== 'string') throw new TypeError('Nothing is read through a cursor here.');
    return sayWhenAway(client.query(given, [...values]), () => {
      broken = true;
      return AWAY_NOW;
    });
  }
  return { query, release: destroy => client.release(destroy === true || broken) };
}

/** Nobody gave a connection back for as long as was waited. */
function isBusy({ totalCount, idleCount, options: { max } }: Pool): boolean {
  return max !== undefined && totalCount >= max && idleCount === 0;
}

const ASK_AGAIN = 'Ask again in a moment: with an Idempotency-Key nothing is done twice.';
const AWAY_NOW = `The database is away. What had begun goes on when it is back; whether this request had is not known. ${ASK_AGAIN}`;
const BUSY = `All connections to the database are in use, and none became free. This request was too much for the server. ${ASK_AGAIN}`;

/** @param onAway Told before the error is thrown; gives its message. @throws ApiError `database_away`, or what the work throws. */
export async function sayWhenAway<T>(work: Promise<T>, onAway: () => string = () => AWAY_NOW): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof DatabaseError && !AWAY.test(cause.code ?? '')) throw cause;
    throw new ApiError('database_away', onAway(), { cause });
  }
}
