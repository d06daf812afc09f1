import { DatabaseError, type Pool, type PoolClient } from 'pg';
import type { SqlLimits } from '../sql-limits.ts';
import { collectRows, nameColumns, STOPPED_HINT, type SqlOutcome } from '../sql-outcome.ts';
import { plainTypes } from './values.ts';

/** Bytes on the connection: one value may have 1 GB. */
const TRANSFER_FACTOR = 16;
/** For what the database does beside the query, and the way to it. */
const GRACE_MS = 2000;

export interface RunOptions {
  readonly limits: Required<SqlLimits>;
  /** Statements at the begin of the transaction. */
  readonly begin: string;
  readonly signal: AbortSignal;
}

/** Runs a checked query in a read-only transaction that ends with a rollback. A time limit, an answer that is too large and `signal` end its session. */
export async function runQuery(pool: Pool, sql: string, options: RunOptions): Promise<SqlOutcome> {
  const { limits, signal } = options;
  signal.throwIfAborted();
  const client = await pool.connect();
  const { stream } = client.connection;
  let received = 0;
  let broken: Error | undefined;
  let stopped: string | undefined;
  const stop = (why?: string): void => {
    stopped ??= why;
    stream.destroy();
  };
  const count = (chunk: Buffer): void => {
    received += chunk.length;
    if (received > limits.bytes * TRANSFER_FACTOR)
      stop('The answer is far too large. Select fewer columns, or shorter values.');
  };
  const abort = (): void => stop();
  // The cut is also told to the query in flight; here it only must not be unheard.
  const hear = (error: Error): void => void (broken = error);
  const timer = setTimeout(() => stop(toTimedOut(limits)), limits.timeMs + GRACE_MS);
  client.on('error', hear);
  stream.on('data', count);
  signal.addEventListener('abort', abort, { once: true });
  try {
    // It may have come while the connection was waited for.
    signal.throwIfAborted();
    return await readRows(client, sql, options);
  } catch (error) {
    broken ??= error instanceof DatabaseError ? undefined : toError(error);
    signal.throwIfAborted();
    if (stopped !== undefined) return { ok: false, kind: 'stopped', reason: stopped };
    if (!(error instanceof DatabaseError) || isOutage(error)) throw error;
    return toFailed(error, limits);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    stream.off('data', count);
    if (broken === undefined) await client.query('ROLLBACK').catch((error: Error) => (broken = error));
    client.off('error', hear);
    client.release(broken);
  }
}

async function readRows(client: PoolClient, sql: string, { limits, begin }: RunOptions): Promise<SqlOutcome> {
  await client.query(begin);
  const explained = await client.query<{ 'QUERY PLAN': [{ Plan: { 'Total Cost': number } }] }>(
    `EXPLAIN (FORMAT JSON) ${sql}`,
  );
  const cost = Math.ceil(explained.rows[0]?.['QUERY PLAN'][0].Plan['Total Cost'] ?? 0);
  if (cost > limits.cost) {
    return {
      ok: false,
      kind: 'refused',
      reason: `The query was not run: it is estimated to cost ${cost}, and the limit is ${limits.cost}. ${STOPPED_HINT}`,
    };
  }
  // A cursor ends the work at the row limit without touching the query's text.
  await client.query(`DECLARE answer NO SCROLL CURSOR FOR ${sql}`);
  const result = await client.query<unknown[]>({
    text: `FETCH ${limits.rows + 1} FROM answer`,
    rowMode: 'array',
    types: plainTypes,
  });
  const names = nameColumns(result.fields.map(field => field.name));
  const collector = collectRows(limits);
  for (const values of result.rows) {
    if (!collector.add(Object.fromEntries(names.map((name, index) => [name, values[index]])))) break;
  }
  return collector.finish();
}

function toFailed(error: DatabaseError, limits: Required<SqlLimits>): SqlOutcome {
  // query_canceled, transaction_timeout
  if (error.code === '57014' || error.code === '25P04')
    return { ok: false, kind: 'stopped', reason: toTimedOut(limits) };
  const hint = error.hint === undefined ? '' : ` Hint: ${error.hint}`;
  return { ok: false, kind: 'failed', reason: `PostgreSQL refuses the query: ${error.message}.${hint}` };
}

function toTimedOut({ timeMs }: Required<SqlLimits>): string {
  return `The query took longer than ${timeMs / 1000} s and was stopped. ${STOPPED_HINT}`;
}

/** Of the connection, of the server's resources, or its end: nothing a query can help. */
function isOutage({ code = '' }: DatabaseError): boolean {
  return /^(08|53|57P|58)/.test(code);
}

function toError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error('The connection broke.', { cause });
}
