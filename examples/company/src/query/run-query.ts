import { DatabaseError, types, type Pool, type PoolClient } from 'pg';
import { isOutage } from '../database-failure.ts';

const rowLimit = 200;
const byteLimit = 256 * 1024;
const timeoutMs = 5000;
/** Cut off on the way in: a single value may be as large as 1 GB. */
const transferLimit = 8 * 1024 * 1024;

export type Row = Record<string, unknown>;
export type QueryOutcome =
  | { ok: true; rows: Row[]; /** A sentence, when not all rows are there. */ cut?: string }
  | { ok: false; reason: string };

/**
 * Runs one SELECT, checked before, in a read-only transaction that ends with a rollback. At most
 * 200 rows and 256 kB, 5 seconds. `signal` ends the session it runs in.
 */
export async function runQuery(pool: Pool, sql: string, signal: AbortSignal): Promise<QueryOutcome> {
  signal.throwIfAborted();
  const client = await pool.connect();
  let received = 0;
  let tooMuch = false;
  let broken: Error | undefined;
  const stream = client.connection.stream;
  const count = (chunk: Buffer): void => {
    received += chunk.length;
    if (received <= transferLimit) return;
    tooMuch = true;
    stream.destroy();
  };
  const stop = (): void => void stream.destroy();
  // The cut is also told to the query in flight; here it only must not be unheard.
  const hear = (error: Error): void => void (broken = error);
  client.on('error', hear);
  stream.on('data', count);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await readRows(client, sql);
  } catch (error) {
    broken ??= error instanceof DatabaseError ? undefined : (error as Error);
    signal.throwIfAborted();
    if (tooMuch)
      return { ok: false, reason: 'The result is too large. Select fewer columns or shorter values.' };
    if (!(error instanceof DatabaseError) || isOutage(error)) throw error;
    return { ok: false, reason: describe(error) };
  } finally {
    signal.removeEventListener('abort', stop);
    stream.off('data', count);
    if (broken === undefined) await client.query('ROLLBACK').catch((error: Error) => (broken = error));
    client.off('error', hear);
    client.release(broken);
  }
}

async function readRows(client: PoolClient, sql: string): Promise<QueryOutcome> {
  await client.query('BEGIN TRANSACTION READ ONLY');
  // The time a query takes counts per statement; opening the cursor and reading from it are two.
  await client.query(
    `SET LOCAL statement_timeout = ${timeoutMs}; SET LOCAL transaction_timeout = ${2 * timeoutMs}`,
  );
  // A cursor ends the work at the row limit without touching the query's text, of which the parser
  // has seen that it is one statement.
  await client.query(`DECLARE answer NO SCROLL CURSOR FOR ${sql}`);
  const result = await client.query<unknown[]>({
    text: `FETCH ${rowLimit + 1} FROM answer`,
    rowMode: 'array',
    types: { getTypeParser: plainParser },
  });
  const names = nameColumns(result.fields.map(field => field.name));
  const rows: Row[] = [];
  let bytes = 2;
  for (const values of result.rows) {
    if (rows.length === rowLimit) {
      return {
        ok: true,
        rows,
        cut: `Only the first ${rowLimit} rows are shown; narrow the query or count instead.`,
      };
    }
    const row = Object.fromEntries(names.map((name, index) => [name, values[index]]));
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
    if (bytes > byteLimit) {
      return {
        ok: true,
        rows,
        cut: `Only the first ${rows.length} rows are shown (256 kB); select fewer columns or rows.`,
      };
    }
    rows.push(row);
  }
  return { ok: true, rows };
}

/** Two columns of one name would be one field of the row. */
function nameColumns(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map(name => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

/** Numbers as numbers where none of their digits is lost; pg gives bigint and numeric as text. */
const toNumber = (text: string): number | string => {
  const number = Number(text);
  return text.replace(/[-.]/gu, '').length <= 15 && Number.isFinite(number) ? number : text;
};

const exactNumbers = new Set<number>([types.builtins.INT8, types.builtins.NUMERIC]);
/** As a Date, a day would move with the time zone of this process. */
const leftAsText = new Set<number>([types.builtins.DATE, types.builtins.INTERVAL]);

const plainParser: typeof types.getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (exactNumbers.has(oid)) return toNumber;
  if (leftAsText.has(oid)) return (text: string) => text;
  return types.getTypeParser(oid, format ?? 'text') as unknown;
}) as typeof types.getTypeParser;

function describe(error: DatabaseError): string {
  if (error.code === '57014' || error.code === '25P04') {
    return `The query took longer than ${timeoutMs / 1000} seconds and was stopped. Narrow it with WHERE or LIMIT.`;
  }
  const hint = error.hint === undefined ? '' : ` Hint: ${error.hint}`;
  return `PostgreSQL refuses the query: ${error.message}.${hint}`;
}
