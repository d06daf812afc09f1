import { hasSqlDetails, parse } from 'libpg-query';
import { allowedFunctions, allowedNodes, allowedTables, allowedTypes } from './allowed.ts';

/** A query that may run, or a sentence for the model that says why not and what may. */
export type QueryVerdict = { ok: true; sql: string } | { ok: false; reason: string };

const lengthLimit = 8000;
/** Far beyond what people write; a deeper tree would exhaust the stack of the walk. */
const depthLimit = 400;

const allowed = `Allowed is one SELECT statement over the tables ${allowedTables.join(', ')}, with the usual functions for text, numbers, dates and aggregates.`;

/**
 * Checks a query with PostgreSQL's own parser: one SELECT, and in its whole tree nothing that is
 * not known to be harmless. The database role is a second lock behind this one, not a substitute:
 * a SELECT may call functions that read files or wait, and those are refused here.
 */
export async function checkQuery(sql: string): Promise<QueryVerdict> {
  const refuse = (why: string): QueryVerdict => ({ ok: false, reason: `Query refused: ${why}. ${allowed}` });
  if (sql.length > lengthLimit) return refuse(`it is longer than ${lengthLimit} characters`);
  // PostgreSQL reads a C string: the parser would not see what stands after the zero byte.
  if (sql.includes('\0')) return refuse('it contains a zero byte');
  // The parser has a message of its own for this.
  if (sql.trim() === '') return refuse('there is no statement in it');
  let statements: { stmt?: unknown }[];
  try {
    statements = (await parse(sql)).stmts ?? [];
  } catch (error) {
    const at = hasSqlDetails(error) ? ` at character ${(error.sqlDetails?.cursorPosition ?? 0) + 1}` : '';
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: `The query is not valid PostgreSQL: ${message}${at}. ${allowed}` };
  }
  if (statements.length !== 1) {
    return refuse(
      statements.length === 0 ? 'there is no statement in it' : 'it holds more than one statement',
    );
  }
  const statement = statements[0]?.stmt;
  if (!isRecord(statement) || !('SelectStmt' in statement)) return refuse('it is not a SELECT');
  const problem = findProblem(statement, new Set(), 0);
  return problem === undefined ? { ok: true, sql } : refuse(problem);
}

type Node = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first thing in the tree that is not allowed. `scope` holds the names of the WITH queries in sight. */
function findProblem(value: unknown, scope: ReadonlySet<string>, depth: number): string | undefined {
  if (depth > depthLimit) return 'it is nested too deeply';
  if (Array.isArray(value)) return first(value, item => findProblem(item, scope, depth + 1));
  if (!isRecord(value)) return undefined;
  // A node is wrapped as { Kind: {…} }; fields of nodes begin with a small letter.
  const [kind] = Object.keys(value);
  if (kind !== undefined && /^[A-Z]/u.test(kind)) {
    if (!allowedNodes.has(kind)) return `${describeKind(kind)} is not allowed`;
    const node = value[kind];
    if (!isRecord(node)) return undefined;
    return checkNode(kind, node, scope) ?? findInFields(node, scope, depth);
  }
  return findInFields(value, scope, depth);
}

function findInFields(node: Node, scope: ReadonlySet<string>, depth: number): string | undefined {
  if ('intoClause' in node) return 'SELECT INTO writes a table';
  if ('lockingClause' in node) return 'FOR UPDATE and its kin lock rows';
  if (isRecord(node['typeName'])) {
    const problem = checkType(node['typeName']);
    if (problem !== undefined) return problem;
  }
  let inSight = scope;
  if (isRecord(node['withClause'])) {
    const result = readWith(node['withClause'], scope, depth);
    if (typeof result === 'string') return result;
    inSight = result;
  }
  return first(Object.entries(node), ([name, child]) =>
    name === 'withClause' ? undefined : findProblem(child, inSight, depth + 1),
  );
}

/**
 * The names in sight after a WITH, or a problem in it. As in PostgreSQL a query of a plain WITH sees
 * those before it, so that a WITH cannot lend the name of a table to a query that reads the table.
 */
function readWith(clause: Node, scope: ReadonlySet<string>, depth: number): ReadonlySet<string> | string {
  const queries = Array.isArray(clause['ctes']) ? clause['ctes'].filter(isRecord) : [];
  const names = queries.map(query =>
    isRecord(query['CommonTableExpr']) ? String(query['CommonTableExpr']['ctename']) : '',
  );
  let inSight = clause['recursive'] === true ? new Set([...scope, ...names]) : scope;
  for (const [index, query] of queries.entries()) {
    const problem = findProblem(query, inSight, depth + 1);
    if (problem !== undefined) return problem;
    inSight = new Set([...inSight, names[index] ?? '']);
  }
  return inSight;
}

function checkNode(kind: string, node: Node, scope: ReadonlySet<string>): string | undefined {
  if (kind === 'RangeVar') return checkTable(node, scope);
  if (kind === 'TypeName') return checkType(node);
  if (kind === 'FuncCall') {
    const name = readName(node['funcname']);
    return isAllowedName(name, allowedFunctions)
      ? undefined
      : `the function ${name.join('.')} is not allowed`;
  }
  return undefined;
}

function checkTable(node: Node, scope: ReadonlySet<string>): string | undefined {
  const path = ['catalogname', 'schemaname', 'relname'].flatMap(field => {
    const part = node[field];
    return typeof part === 'string' ? [part] : [];
  });
  const name = path.at(-1) ?? '';
  if (path.length === 1 && scope.has(name)) return undefined;
  const ours = path.length === 1 || (path.length === 2 && path[0] === 'public');
  return ours && allowedTables.includes(name) ? undefined : `the table ${path.join('.')} is not allowed`;
}

function checkType(node: Node): string | undefined {
  const name = readName(node['names']);
  return isAllowedName(name, allowedTypes) ? undefined : `the type ${name.join('.')} is not allowed`;
}

/** The parser itself writes pg_catalog before the names behind SQL's own words. */
function isAllowedName(name: readonly string[], list: ReadonlySet<string>): boolean {
  const last = name.at(-1) ?? '';
  return list.has(last) && (name.length === 1 || (name.length === 2 && name[0] === 'pg_catalog'));
}

function readName(value: unknown): string[] {
  const parts: unknown[] = Array.isArray(value) ? value : [];
  return parts.map(part =>
    isRecord(part) && isRecord(part['String']) ? String(part['String']['sval']) : '?',
  );
}

/** `DeleteStmt` → `DELETE`; kinds a model has never heard of stay as PostgreSQL calls them. */
function describeKind(kind: string): string {
  return kind.endsWith('Stmt') ? kind.slice(0, -4).toUpperCase() : kind;
}

function first<T>(items: readonly T[], look: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
