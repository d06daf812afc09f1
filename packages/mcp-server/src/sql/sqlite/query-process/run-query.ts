import type { StatementSync } from 'node:sqlite';
import { collectRows, nameColumns, refusedQuery, STOPPED_HINT, type SqlOutcome } from '../../sql-outcome.ts';
import { createAuthorization } from './authorize.ts';
import { createViews, openConnection, readNames } from './connection.ts';
import { countRows, estimateCost } from './estimate-cost.ts';
import type { Request } from './messages.ts';

/** Where the next statement of a text begins: after spaces, comments and empty statements. */
function skipToStatement(sql: string): string {
  const skipped = /^(?:[\s;]+|--[^\n]*|\/\*(?:(?!\*\/)[\s\S])*(?:\*\/|$))/;
  let rest = sql;
  for (let found = skipped.exec(rest); found !== null; found = skipped.exec(rest)) {
    rest = rest.slice(found[0].length);
  }
  return rest;
}

/** Checks a query and runs it, on a connection of its own. @throws what SQLite throws if the file cannot be read */
export function runQuery(request: Extract<Request, { kind: 'query' }>): SqlOutcome {
  const { file, tables, sql, functions, limits } = request;
  if (sql.length > limits.length) return refusedQuery(`it is longer than ${limits.length} characters`);
  if (sql.includes('\0')) return refusedQuery('it contains a zero byte');
  if (!sql.isWellFormed()) return refusedQuery('it contains half of a character (a lone surrogate)');
  const first = skipToStatement(sql);
  if (first === '') return refusedQuery('there is no statement in it');
  if (!/^(?:SELECT|WITH|VALUES)\b/i.test(first)) return refusedQuery('it is not a SELECT');
  using connection = openConnection(file);
  const { database, schema } = connection;
  const rowCounts = countRows(connection, tables);
  const names = readNames(connection);
  createViews(connection, tables);
  const authorization = createAuthorization(tables, new Set(functions), { schema, names });
  database.setAuthorizer(authorization.decide);
  try {
    const statement = database.prepare(first);
    // SQLite compiles the first statement of a text and leaves the rest.
    if (skipToStatement(first.slice(statement.sourceSQL.length)) !== '')
      return refusedQuery('it holds more than one statement');
    const cost = estimateCost(database, statement.sourceSQL, rowCounts);
    if (cost > limits.cost) {
      return refusedQuery(
        `it is estimated to look at ${cost} rows, and the limit is ${limits.cost}. ${STOPPED_HINT}`.replace(
          /\.$/,
          '',
        ),
      );
    }
    return readRows(statement, limits);
  } catch (error) {
    const problem = authorization.problem();
    if (problem !== undefined) return refusedQuery(problem);
    return toFailed(error, schema);
  }
}

function readRows(statement: StatementSync, limits: { rows: number; bytes: number }): SqlOutcome {
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  const names = nameColumns(statement.columns().map(({ name }) => name));
  const collector = collectRows(limits);
  for (const values of statement.iterate() as Iterable<unknown> as Iterable<readonly unknown[]>) {
    const row = Object.fromEntries(names.map((name, index) => [name, toPlain(values[index])]));
    if (!collector.add(row)) break;
  }
  return collector.finish();
}

/** What JSON cannot carry as it is: integers beyond 2^53 and infinities become text, bytes base64. */
function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

/** SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_NOTADB and their like: no query can help that. */
const BROKEN = new Set([8, 10, 11, 13, 14, 26]);

function toFailed(error: unknown, schema: string): SqlOutcome {
  const { errcode = 0, message } = error as Error & { errcode?: number };
  if (BROKEN.has(errcode & 0xff)) throw error;
  const plain = message.replaceAll(`${schema}.`, '').replaceAll(schema, 'the database');
  return errcode === 7 || errcode === 18
    ? {
        ok: false,
        kind: 'stopped',
        reason: `The query needs too much memory and was stopped (${plain}). ${STOPPED_HINT}`,
      }
    : { ok: false, kind: 'failed', reason: `SQLite refuses the query: ${plain}.` };
}
