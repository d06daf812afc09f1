import { parse } from 'libpg-query';
import { isNode, type Node } from './node.ts';
import { QueryWriter } from './query-writer.ts';

/**
 * The text of a checked tree. PostgreSQL gets this one, never the caller's: no comment, no spelling and no trick of an
 * encoding reaches it. It is read again, and has to mean the same tree.
 *
 * @returns undefined if it does not.
 */
export async function writeQuery(tree: Node): Promise<string | undefined> {
  try {
    const sql = new QueryWriter(tree).deparseQuery();
    const statements = (await parse(sql)).stmts ?? [];
    const again: unknown = statements[0]?.stmt;
    return statements.length === 1 && canonical(again) === canonical(tree) ? sql : undefined;
  } catch {
    // It throws for a node it does not know, and the parser for what it wrote wrongly.
    return undefined;
  }
}

/** Places in the text differ; a field with its zero value may be there or not. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (/(^|_)location$|^(list_start|list_end|rexpr_list_start|rexpr_list_end)$/.test(key)) return undefined;
    if (!isNode(part)) return part;
    return Object.fromEntries(
      Object.entries(part)
        .filter(([, inner]) => inner !== undefined && inner !== '' && inner !== 0 && inner !== false)
        .toSorted(([left], [right]) => (left < right ? -1 : 1)),
    );
  });
}
