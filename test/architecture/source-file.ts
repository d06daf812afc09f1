import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vitest/node';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A node of the syntax tree, as far as the rules look at it. */
export interface SyntaxNode {
  readonly type: string;
  readonly [part: string]: unknown;
}

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly program: SyntaxNode;
  /** What the file imports or exports from, types and `import()` included. */
  readonly imports: readonly string[];
  /** Those of them that are loaded when it runs. */
  readonly loads: readonly string[];
}

/** Files of the repository that match, parsed. Test files are named `*.test.ts`; everything else counts as source. */
export function readSources(...patterns: string[]): readonly SourceFile[] {
  const exclude = (path: string): boolean => /(^|[\\/])(node_modules|dist|out)([\\/]|$)/.test(path);
  return globSync(patterns, { cwd: ROOT, exclude })
    .map(path => path.replaceAll('\\', '/'))
    .sort((a, b) => a.localeCompare(b))
    .map(path => parseSource(path, readFileSync(`${ROOT}${path}`, 'utf8')));
}

export function parseSource(path: string, text: string): SourceFile {
  const program = parseAst(text, {
    lang: path.endsWith('x') ? 'tsx' : 'ts',
    sourceType: 'module',
  }) as unknown as SyntaxNode;
  const imports: string[] = [];
  const loads: string[] = [];
  for (const { node } of walk(program)) {
    const source = node['source'];
    if (!/^(Import|Export|TSImport)/.test(node.type) || !isNode(source)) continue;
    if (typeof source['value'] !== 'string') continue;
    imports.push(source['value']);
    if (!isTypeOnly(node)) loads.push(source['value']);
  }
  return { path, text, program, imports, loads };
}

function isTypeOnly(node: SyntaxNode): boolean {
  return node.type === 'TSImportType' || node['importKind'] === 'type' || node['exportKind'] === 'type';
}

export interface Visit {
  readonly node: SyntaxNode;
  readonly parent: SyntaxNode | undefined;
  /** The parent's part that holds the node. */
  readonly part: string;
}

/** Every node of a tree with its parent, from the outside in. */
export function* walk(node: SyntaxNode, parent?: SyntaxNode, part = ''): Generator<Visit> {
  yield { node, parent, part };
  for (const [name, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) yield* walk(child, node, name);
    }
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The name of an identifier node; undefined for any other node. */
export function nameOf(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Identifier' ? String(value['name']) : undefined;
}
