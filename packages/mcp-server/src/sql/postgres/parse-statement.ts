import { hasSqlDetails, parse, scan } from 'libpg-query';
import { isNode, type Node } from './node.ts';

/** A SELECT as PostgreSQL's own parser reads it, or why there is none. */
export type Parsed =
  | { readonly ok: true; readonly select: Node }
  | { readonly ok: false; readonly kind: 'refused' | 'failed'; readonly reason: string };

/** Of brackets and CASE within one another. */
const MAX_DEPTH = 100;
/** Words and operators; each may make the tree one deeper. People's longest reports have a third of that. */
const MAX_STRUCTURE = 1000;
/** Such as NOT NOT NOT. */
const MAX_RUN = 50;

export async function parseStatement(sql: string): Promise<Parsed> {
  const refused = (reason: string): Parsed => ({ ok: false, kind: 'refused', reason });
  // PostgreSQL reads a C string: the parser would not see what stands after it.
  if (sql.includes('\0')) return refused('it contains a zero byte');
  if (!sql.isWellFormed()) return refused('it contains half of a character (a lone surrogate)');
  // The parser has another message for this.
  if (sql.trim() === '') return refused('there is no statement in it');
  try {
    if (await isTooDeep(sql)) return refused('it is too long or nested too deeply');
    const statements = (await parse(sql)).stmts ?? [];
    if (statements.length === 0) return refused('there is no statement in it');
    if (statements.length > 1) return refused('it holds more than one statement');
    const select: unknown = statements[0]?.stmt;
    if (!isNode(select) || !('SelectStmt' in select)) return refused('it is not a SELECT');
    return { ok: true, select };
  } catch (error) {
    if (error instanceof RangeError) return refused('it is nested too deeply');
    const at = hasSqlDetails(error) ? ` at character ${(error.sqlDetails?.cursorPosition ?? 0) + 1}` : '';
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, kind: 'failed', reason: `The query is not valid PostgreSQL: ${message}${at}.` };
  }
}

/**
 * The parser itself recurses, and leaves memory behind in its WebAssembly instance when the stack runs out under it. The
 * scanner does not, so it looks first.
 */
async function isTooDeep(sql: string): Promise<boolean> {
  let [depth, structure, run] = [0, 0, 0];
  for (const { text, keywordKind } of (await scan(sql)).tokens) {
    const word = text.toUpperCase();
    if (text === '(' || text === '[' || word === 'CASE') depth += 1;
    if (text === ')' || text === ']' || word === 'END') depth -= 1;
    const nests = keywordKind > UNRESERVED || OPERATOR.test(text);
    structure += nests ? 1 : 0;
    run = nests ? run + 1 : 0;
    if (depth > MAX_DEPTH || structure > MAX_STRUCTURE || run > MAX_RUN) return true;
  }
  return false;
}

/** Kind of keyword that may also be a name: such words do not nest, and neither do names, constants and commas. */
const UNRESERVED = 1;
const OPERATOR = /^(?!--|\/\*)[^\w\s"'$,.;)\]]/;
