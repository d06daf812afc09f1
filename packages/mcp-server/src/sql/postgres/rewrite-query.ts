import type { ExposedTable, RowFilter } from '../sql-table.ts';
import { BARE_FIELDS, FILLS, LONGEST_FILL, NODES, VALUE_FUNCTIONS } from './allowed.ts';
import { isNode, readName, toName, type Node } from './node.ts';
import { toTableQuery } from './table-query.ts';

/** What a query may name, ready to be looked up. */
export interface Vocabulary {
  readonly tables: readonly ExposedTable[];
  readonly functions: ReadonlyMap<string, readonly string[]>;
  readonly types: ReadonlyMap<string, readonly string[]>;
}

export interface Rewritten {
  readonly tree: Node;
  /** What is not allowed in it, as ends of a sentence; empty when it may run. */
  readonly problems: readonly string[];
}

type Scope = ReadonlySet<string>;
const MAX_DEPTH = 2000;

/**
 * Looks at every node of a SELECT: what is not known to be harmless is a problem. In the tree that comes back each
 * table is a query of its allowed columns and the caller's rows, so whatever a query does with names, there is nothing
 * else to be found. Names of WITH queries are told from tables as PostgreSQL does it.
 */
export function rewriteQuery(
  select: Node,
  vocabulary: Vocabulary,
  filters: ReadonlyMap<string, RowFilter>,
): Rewritten {
  const problems: string[] = [];

  const rewrite = (value: unknown, scope: Scope, depth: number): unknown => {
    if (depth > MAX_DEPTH) {
      problems.push('it is nested too deeply');
      return value;
    }
    if (Array.isArray(value)) return value.map(item => rewrite(item, scope, depth + 1));
    if (!isNode(value)) return value;
    const [kind = ''] = Object.keys(value);
    const fields = value[kind];
    // A node is wrapped as { Kind: {…} }; fields of nodes begin with a small letter.
    if (!/^[A-Z]/.test(kind) || kind === 'A') return rewriteFields(value, scope, depth);
    if (!NODES.has(kind)) {
      problems.push(`${describeKind(kind)} is not allowed`);
      return value;
    }
    if (!isNode(fields)) return value;
    checkNode(kind, fields);
    if (kind === 'RangeVar') return rewriteTable(value, fields, scope);
    if (kind === 'ColumnRef') return { ColumnRef: withoutSchema(fields) };
    return { [kind]: renamed(kind, rewriteFields(fields, scope, depth) as Node) };
  };

  const rewriteFields = (fields: Node, scope: Scope, depth: number): unknown => {
    if ('intoClause' in fields) problems.push('SELECT INTO writes a table');
    if ('lockingClause' in fields) problems.push('FOR UPDATE and its kin lock rows');
    const result: Record<string, unknown> = {};
    let inSight = scope;
    if (isNode(fields['withClause'])) {
      const [clause, names] = rewriteWith(fields['withClause'], scope, depth);
      result['withClause'] = clause;
      inSight = names;
    }
    for (const [name, child] of Object.entries(fields)) {
      if (name === 'withClause') continue;
      if (isNode(child) && !/^[A-Z]/.test(Object.keys(child)[0] ?? 'A') && !BARE_FIELDS.has(name))
        problems.push(`${name} is not allowed`);
      const rewritten = rewrite(child, inSight, depth + 1);
      result[name] = name === 'typeName' && isNode(child) ? checkedType(child, rewritten as Node) : rewritten;
    }
    return result;
  };

  /** A query of a plain WITH sees those before it, so a WITH cannot lend the name of a table to the one that reads it. */
  const rewriteWith = (clause: Node, scope: Scope, depth: number): readonly [Node, Scope] => {
    const queries: readonly unknown[] = Array.isArray(clause['ctes']) ? clause['ctes'] : [];
    const names = queries.map(query =>
      isNode(query) && isNode(query['CommonTableExpr']) ? String(query['CommonTableExpr']['ctename']) : '',
    );
    for (const name of names)
      if (/^pg_/i.test(name)) problems.push(`the name ${name} belongs to PostgreSQL itself`);
    let inSight: Scope = clause['recursive'] === true ? new Set([...scope, ...names]) : scope;
    const ctes = queries.map((query, index) => {
      const rewritten = rewrite(query, inSight, depth + 1);
      inSight = new Set([...inSight, names[index] ?? '']);
      return rewritten;
    });
    return [{ ...clause, ctes }, inSight];
  };

  const rewriteTable = (node: Node, fields: Node, scope: Scope): unknown => {
    const { catalogname, schemaname: schema, relname: name } = fields;
    if (catalogname === undefined && schema === undefined && scope.has(String(name))) return node;
    const table = vocabulary.tables.find(one =>
      schema === undefined ? one.name === name : one.schema === schema && one.relation === name,
    );
    const written = [catalogname, schema, name].filter(part => typeof part === 'string').join('.');
    if (catalogname !== undefined || table === undefined) {
      problems.push(`the table ${written} is not allowed`);
      return node;
    }
    const filter = filters.get(table.name);
    if (filter === undefined) {
      problems.push(`none of the rows of ${table.name} belong to this caller`);
      return node;
    }
    return toTableQuery(table, filter, isNode(fields['alias']) ? fields['alias'] : undefined);
  };

  /** `public.orders.total`: the table is a query now, and has no schema. */
  const withoutSchema = (fields: Node): Node => {
    const parts: readonly unknown[] = Array.isArray(fields['fields']) ? fields['fields'] : [];
    const [schema, relation] = readName(parts);
    const isOurs = vocabulary.tables.some(one => one.schema === schema && one.relation === relation);
    return parts.length > 2 && isOurs ? { ...fields, fields: parts.slice(1) } : fields;
  };

  const checkNode = (kind: string, fields: Node): void => {
    if (kind === 'FuncCall') checkFunction(fields);
    if (kind === 'TypeName') checkedType(fields, fields);
    if (kind === 'SQLValueFunction' && !VALUE_FUNCTIONS.has(String(fields['op'])))
      problems.push(`${String(fields['op']).replace('SVFOP_', '')} is not allowed`);
    if (kind === 'A_Expr' && !isBuiltIn(readName(fields['name'])))
      problems.push(`the operator ${readName(fields['name']).join('.')} is not allowed`);
  };

  const checkFunction = (fields: Node): void => {
    const name = readName(fields['funcname']);
    const last = name.at(-1) ?? '';
    if (lookUp(vocabulary.functions, name) === undefined) {
      problems.push(`the function ${name.join('.')} is not allowed`);
    } else if (FILLS.has(last) && !isSmallNumber((fields['args'] as readonly unknown[] | undefined)?.[1])) {
      problems.push(`${last}() needs a length from 0 to ${LONGEST_FILL}, written as a number`);
    }
  };

  const checkedType = (original: Node, rewritten: Node): Node => {
    const name = readName(original['names']);
    const known = lookUp(vocabulary.types, name);
    if (known === undefined || original['setof'] === true || original['pct_type'] === true)
      problems.push(`the type ${name.join('.')} is not allowed`);
    return known === undefined || name.length > 1 ? rewritten : { ...rewritten, names: toName(...known) };
  };

  const renamed = (kind: string, fields: Node): Node => {
    const name = kind === 'FuncCall' ? readName(fields['funcname']) : [];
    const known = lookUp(vocabulary.functions, name);
    return known === undefined || name.length > 1 ? fields : { ...fields, funcname: toName(...known) };
  };

  const tree = rewrite(select, new Set(), 0) as Node;
  return { tree, problems };
}

/** The parser itself writes pg_catalog before the names behind SQL's own words. */
function isBuiltIn(name: readonly string[]): boolean {
  return name.length === 1 || (name.length === 2 && name[0] === 'pg_catalog');
}

/** The name as it is sent to the database, which knows no schema but its own and those that are written. */
function lookUp(
  known: ReadonlyMap<string, readonly string[]>,
  name: readonly string[],
): readonly string[] | undefined {
  const found = known.get(name.at(-1) ?? '');
  if (found === undefined) return undefined;
  if (name.length === 1) return found;
  const isSame =
    found.length === 1
      ? isBuiltIn(name)
      : name.length === 2 && found.every((part, index) => part === name[index]);
  return isSame ? found : undefined;
}

function isSmallNumber(value: unknown): boolean {
  if (!isNode(value) || !isNode(value['A_Const'])) return false;
  const { ival } = value['A_Const'];
  // Zero is left out, as every field that has its zero value.
  return isNode(ival) && Number(ival['ival'] ?? 0) >= 0 && Number(ival['ival'] ?? 0) <= LONGEST_FILL;
}

/** `DeleteStmt` → `DELETE`; kinds a model has never heard of stay as PostgreSQL calls them. */
function describeKind(kind: string): string {
  return kind.endsWith('Stmt') ? kind.slice(0, -4).toUpperCase() : kind;
}
