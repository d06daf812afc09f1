import { Deparser } from 'pgsql-deparser';
import { isNode } from './node.ts';

type Writer = InstanceType<typeof Deparser>;

/** The deparser with two things that it writes wrongly (18.3.8): what it wrote is read again, so a miss is a refusal. */
export class QueryWriter extends Deparser {
  override A_Indirection(...[node, context]: Parameters<Writer['A_Indirection']>): string {
    const written = super.A_Indirection(node, context);
    // `(ARRAY[1, 2])[1]`
    if (!isNode(node.arg) || !('A_ArrayExpr' in node.arg)) return written;
    const list = this.visit(node.arg, context);
    return `(${list})${written.slice(list.length)}`;
  }

  override SelectStmt(...[node, context]: Parameters<Writer['SelectStmt']>): string {
    if (node.limitOption !== 'LIMIT_OPTION_WITH_TIES' || node.limitCount === undefined)
      return super.SelectStmt(node, context);
    const { limitCount, ...rest } = node;
    const written = super.SelectStmt({ ...rest, limitOption: 'LIMIT_OPTION_COUNT' }, context);
    return `${written} FETCH FIRST (${this.visit(limitCount, context)}) ROWS WITH TIES`;
  }
}
