import { KitError } from '../../kit-error.ts';
import { refuse } from '../../definition/refuse.ts';
import type { Log } from '../../log.ts';
import type { DescribedTable, SqlDatabase } from '../sql-database.ts';
import { parseLimits, type SqlLimits } from '../sql-limits.ts';
import { STOPPED_HINT, type SqlOutcome } from '../sql-outcome.ts';
import { parseTables, type ExposedTable, type RowFilter, type SqlTable } from '../sql-table.ts';
import { whatIsAllowed } from '../what-is-allowed.ts';
import { FUNCTIONS } from './allowed.ts';
import type { WireTable } from './query-process/messages.ts';
import { createQueryProcesses, type QueryProcesses } from './query-processes.ts';

export interface SqliteSource {
  /** Path of the database; opened for reading only. */
  readonly file: string;
  /** Queries at once, each in a process of its own; 2 unless given. */
  readonly processes?: number;
}

const DEFAULT_COST = 100_000_000;
/** To start a process and open the file. */
const START_MS = 10_000;

/** @throws KitError `definition_invalid`, also for a file that cannot be read */
export async function openSqlite(
  { file, processes: size = 2 }: SqliteSource,
  given: Readonly<Record<string, SqlTable>>,
  givenLimits: SqlLimits,
  log: Log,
): Promise<SqlDatabase> {
  const limits = parseLimits(givenLimits, DEFAULT_COST);
  const parsed = parseTables(given, 'main');
  const processes = createQueryProcesses(size);
  try {
    const tables = await describe(processes, file, parsed);
    const functions = [...FUNCTIONS];
    return {
      dialect: 'SQLite',
      tables,
      query: async (sql, filters, signal) => {
        const request = {
          kind: 'query',
          file,
          sql,
          functions,
          limits,
          tables: tables.map(table => toWire(table, filters.get(table.name))),
        } as const;
        const asked = await processes.ask(request, limits.timeMs, signal);
        if (asked.kind === 'outcome') return withAllowed(asked.outcome, tables);
        if (asked.kind === 'timed_out') {
          return {
            ok: false,
            kind: 'stopped',
            reason: `The query took longer than ${limits.timeMs / 1000} s and was stopped. ${STOPPED_HINT}`,
          };
        }
        if (asked.kind === 'died') {
          log.warn({ sql }, 'The process of a query of the SQL tool ended under it.');
          return {
            ok: false,
            kind: 'stopped',
            reason: `The query needed too much memory and was stopped. ${STOPPED_HINT}`,
          };
        }
        throw new Error(asked.kind === 'broken' ? asked.message : 'SQLite answered something else.');
      },
      close: () => processes.close(),
    };
  } catch (error) {
    await processes.close();
    throw error;
  }
}

async function describe(
  processes: QueryProcesses,
  file: string,
  tables: readonly ExposedTable[],
): Promise<readonly DescribedTable[]> {
  const wire = tables.map(table => toWire(table, undefined));
  const asked = await processes.ask(
    { kind: 'describe', file, tables: wire },
    START_MS,
    new AbortController().signal,
  );
  if (asked.kind !== 'described') {
    const reason = asked.kind === 'broken' ? asked.message : asked.kind;
    throw new KitError(
      'definition_invalid',
      `The SQL tool: the SQLite database ${file} cannot be read (${reason}). Give the path of an existing file that this user may read.`,
    );
  }
  return tables.map(table => {
    const found = asked.types[table.name] ?? {};
    const subject = `Table "${table.name}"`;
    if (Object.keys(found).length === 0) refuse(subject, `is not in the database as ${table.relation}.`);
    for (const column of [...table.columns.keys(), ...table.rows.keys()])
      if (found[column] === undefined) refuse(subject, `has no column "${column}" in the database.`);
    return { ...table, types: new Map([...table.columns.keys()].map(name => [name, found[name] ?? ''])) };
  });
}

function toWire(table: ExposedTable, filter: RowFilter | undefined): WireTable {
  return {
    name: table.name,
    schema: table.schema,
    relation: table.relation,
    columns: [...table.columns.keys()],
    rowColumns: [...table.rows.keys()],
    ...(filter !== undefined && { filter: [...filter] }),
  };
}

function withAllowed(outcome: SqlOutcome, tables: readonly DescribedTable[]): SqlOutcome {
  if (outcome.ok || outcome.kind !== 'refused') return outcome;
  return { ...outcome, reason: `Query refused: ${outcome.reason}. ${whatIsAllowed(tables)}` };
}
