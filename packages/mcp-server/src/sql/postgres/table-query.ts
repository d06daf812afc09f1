import type { ExposedTable, RowFilter, SqlValue } from '../sql-table.ts';
import { toName, type Node } from './node.ts';

/**
 * What stands in a query for a table: `(SELECT columns FROM schema.table WHERE the caller's rows OFFSET 0) AS name`.
 * Without the OFFSET PostgreSQL may move conditions of the query into it and look at them first, and a condition that
 * fails on some value (a division, a cast) would tell what is in the rows of others.
 */
export function toTableQuery(table: ExposedTable, filter: RowFilter, alias: Node | undefined): Node {
  const select = {
    targetList: [...table.columns.keys()].map(column => ({ ResTarget: { val: toColumn(column) } })),
    fromClause: [
      {
        RangeVar: {
          schemaname: table.schema,
          relname: table.relation,
          inh: true,
          relpersistence: 'p',
          alias: { aliasname: 'source' },
        },
      },
    ],
    ...(filter.size > 0 && {
      whereClause: toConditions(filter),
      limitOffset: { A_Const: { ival: {} } },
      limitOption: 'LIMIT_OPTION_COUNT',
    }),
    ...(filter.size === 0 && { limitOption: 'LIMIT_OPTION_DEFAULT' }),
    op: 'SETOP_NONE',
  };
  return {
    RangeSubselect: { subquery: { SelectStmt: select }, alias: alias ?? { aliasname: table.name } },
  };
}

function toColumn(column: string): Node {
  return { ColumnRef: { fields: toName('source', column) } };
}

function toConditions(filter: RowFilter): Node {
  const conditions = [...filter].map(([column, values]) => ({
    A_Expr: {
      kind: 'AEXPR_IN',
      name: toName('='),
      lexpr: toColumn(column),
      rexpr: { List: { items: values.map(toConstant) } },
    },
  }));
  const [first, ...rest] = conditions;
  return first !== undefined && rest.length === 0
    ? first
    : { BoolExpr: { boolop: 'AND_EXPR', args: conditions } };
}

/** As text: PostgreSQL reads it as the type of the column it is compared with. */
function toConstant(value: SqlValue): Node {
  return { A_Const: { sval: { sval: String(value) } } };
}
