import { escapeLiteral, Pool } from 'pg';
import { refuse } from '../../definition/refuse.ts';
import type { Log } from '../../log.ts';
import type { SqlDatabase } from '../sql-database.ts';
import { parseLimits, type SqlLimits } from '../sql-limits.ts';
import { refusedQuery } from '../sql-outcome.ts';
import { parseTables, type SqlTable } from '../sql-table.ts';
import { whatIsAllowed } from '../what-is-allowed.ts';
import { FUNCTIONS, TYPES } from './allowed.ts';
import { checkRole } from './check-role.ts';
import { describeTables } from './describe-tables.ts';
import { parseStatement } from './parse-statement.ts';
import { rewriteQuery, type Vocabulary } from './rewrite-query.ts';
import { runQuery } from './run-query.ts';
import { writeQuery } from './write-query.ts';

export interface PostgresSource {
  /** Of a role that only reads, as in `postgres://reader:password@host/database`. */
  readonly connectionString: string;
  /** Queries at once; 4 unless given. */
  readonly maxConnections?: number;
  /** More functions that queries may call, as in `public.similarity`; none may write, lock, wait or tell secrets. */
  readonly functions?: readonly string[];
  /** More types that queries may cast to, as in `public.order_status`. */
  readonly types?: readonly string[];
}

const DEFAULT_COST = 1_000_000;
const CONNECT_MS = 10_000;

/** @throws KitError `definition_invalid`; what `pg` throws if it cannot connect */
export async function openPostgres(
  source: PostgresSource,
  given: Readonly<Record<string, SqlTable>>,
  givenLimits: SqlLimits,
  log: Log,
): Promise<SqlDatabase> {
  const limits = parseLimits(givenLimits, DEFAULT_COST);
  const parsed = parseTables(given, 'public');
  const functions = toVocabulary(FUNCTIONS, source.functions ?? []);
  const types = toVocabulary(TYPES, source.types ?? []);
  const pool = new Pool({
    connectionString: source.connectionString,
    max: source.maxConnections ?? 4,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'mcp-sql',
  });
  // Without a listener an idle connection that breaks ends the process.
  pool.on('error', error => log.warn({ err: error }, 'A connection to the database of the SQL tool broke.'));
  try {
    const tables = await describeTables(pool, parsed);
    await checkRole(pool, parsed);
    const begin = await toBegin(pool, limits);
    const vocabulary: Vocabulary = { tables, functions, types };
    return {
      dialect: 'PostgreSQL',
      tables,
      query: async (sql, filters, signal) => {
        if (sql.length > limits.length)
          return refusedQuery(`The query is longer than ${limits.length} characters, and was not run.`);
        const statement = await parseStatement(sql);
        if (!statement.ok) {
          return statement.kind === 'failed'
            ? { ok: false, kind: 'failed', reason: statement.reason }
            : refusedQuery(`Query refused: ${statement.reason}. ${whatIsAllowed(tables)}`);
        }
        const { tree, problems } = rewriteQuery(statement.select, vocabulary, filters);
        const [problem] = problems;
        if (problem !== undefined) return refusedQuery(`Query refused: ${problem}. ${whatIsAllowed(tables)}`);
        const text = await writeQuery(tree);
        if (text === undefined) {
          log.warn(
            { sql },
            'A checked query could not be written out with the same meaning, and was refused.',
          );
          return refusedQuery(
            'Query refused: it is written in a way that cannot be checked. Write it more simply.',
          );
        }
        return runQuery(pool, text, { limits, begin, signal });
      },
      close: () => pool.end(),
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** Functions and types are looked up in `pg_catalog` alone unless a schema stands before them. */
function toVocabulary(
  own: ReadonlySet<string>,
  more: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, readonly string[]>([...own].map(name => [name, [name]]));
  for (const name of more) {
    const parts = name.split('.');
    if (parts.length !== 2 || parts.includes(''))
      refuse(
        'The SQL tool',
        `is given the name ${JSON.stringify(name)}. Write the schema too, as in "public.name".`,
      );
    known.set(parts[1] ?? name, parts);
  }
  return known;
}

/** The begin of every transaction. Names of settings that this server does not have are left out. */
async function toBegin(pool: Pool, limits: Required<SqlLimits>): Promise<string> {
  const settings = {
    search_path: 'pg_catalog, pg_temp',
    statement_timeout: String(limits.timeMs),
    lock_timeout: String(limits.timeMs),
    idle_in_transaction_session_timeout: String(2 * limits.timeMs),
    // Ends the work of a caller who went away.
    client_connection_check_interval: '500',
    TimeZone: 'UTC',
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'postgres',
    bytea_output: 'hex',
    standard_conforming_strings: 'on',
  };
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM pg_settings WHERE name = ANY ($1)', [
    Object.keys(settings),
  ]);
  const known = new Set(rows.map(({ name }) => name));
  return [
    'BEGIN TRANSACTION READ ONLY',
    ...Object.entries(settings)
      .filter(([name]) => known.has(name))
      // A list in one literal would be one name.
      .map(([name, value]) => `SET LOCAL ${name} = ${name === 'search_path' ? value : escapeLiteral(value)}`),
  ].join('; ');
}
