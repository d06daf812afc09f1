import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isNode, nameOf, parseSource, ROOT, type SyntaxNode } from '../architecture/source-file.ts';

/** Something a package exports, as it is written in the source. */
export interface ExportedName {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'type' | 'value';
  /** Without the marks of a comment; empty when there is none. */
  readonly doc: string;
  /** The declaration without what is inside of functions. */
  readonly code: string;
}

/** Everything an index exports, in its order, wherever it is declared. @param index path from the root. */
export function readExports(index: string): readonly ExportedName[] {
  const { program } = parseSource(index, readFileSync(join(ROOT, index), 'utf8'));
  return bodyOf(program).flatMap(statement => {
    if (statement.type !== 'ExportNamedDeclaration') throw new Error(`${index} may only re-export by name.`);
    const { source, specifiers } = statement;
    if (!isNode(source) || !Array.isArray(specifiers))
      throw new Error(`${index} may only re-export by name.`);
    const file = resolveFile(index, String(source['value']));
    return specifiers.filter(isNode).map(specifier => findExport(file, nameOf(specifier['exported']) ?? ''));
  });
}

function resolveFile(from: string, module: string): string {
  const [, sibling] = /^@tramontane\/([\w-]+)$/.exec(module) ?? [];
  return sibling === undefined ? join(dirname(from), module) : `packages/${sibling}/src/index.ts`;
}

function findExport(file: string, name: string): ExportedName {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const { program } = parseSource(file, text);
  const found: { start: number; declaration: SyntaxNode }[] = [];
  for (const statement of bodyOf(program)) {
    const { declaration, source } = statement;
    if (isNode(declaration)) {
      if (declaredNames(declaration).includes(name)) found.push({ start: startOf(statement), declaration });
    } else if (isNode(source) && Array.isArray(statement['specifiers'])) {
      const again = statement['specifiers'].filter(isNode).some(one => nameOf(one['exported']) === name);
      if (again) return findExport(resolveFile(file, String(source['value'])), name);
    }
  }
  // Of an overloaded function only the overloads are for callers, not what implements them.
  const overloads = found.filter(({ declaration }) => declaration.type === 'TSDeclareFunction');
  const shown = overloads.length > 0 ? overloads : found;
  const [first] = shown;
  if (first === undefined) throw new Error(`${name} is not exported by ${file}.`);
  return {
    name,
    kind: kindOf(first.declaration),
    doc: docBefore(text, first.start),
    code: shown.map(({ declaration }) => codeOf(text, declaration)).join('\n'),
  };
}

function declaredNames(declaration: SyntaxNode): readonly (string | undefined)[] {
  const { id, declarations } = declaration;
  if (Array.isArray(declarations)) return declarations.filter(isNode).map(one => nameOf(one['id']));
  return [nameOf(id)];
}

function kindOf({ type }: SyntaxNode): ExportedName['kind'] {
  if (/Function/.test(type)) return 'function';
  if (/Class/.test(type)) return 'class';
  return type === 'VariableDeclaration' ? 'value' : 'type';
}

function codeOf(text: string, declaration: SyntaxNode): string {
  const { body, type } = declaration;
  const [start, end] = [startOf(declaration), endOf(declaration)];
  if (type === 'FunctionDeclaration' && isNode(body)) {
    return `${text
      .slice(start, startOf(body))
      .trim()
      .replace(/^async /, '')};`;
  }
  if (type === 'ClassDeclaration' && isNode(body)) {
    const members = bodyOf(body).flatMap(member => memberCode(text, member));
    return `${text.slice(start, startOf(body)).trim()} {\n${members.join('\n')}\n}`;
  }
  return text.slice(start, end);
}

function memberCode(text: string, member: SyntaxNode): readonly string[] {
  if (isNode(member['key']) && member['key'].type === 'PrivateIdentifier') return [];
  const doc = docBefore(text, startOf(member));
  const value = member['value'];
  const end = isNode(value) && isNode(value['body']) ? startOf(value['body']) : endOf(member);
  const code = text.slice(startOf(member), end).trim().replace(/;?$/, ';');
  return doc === '' ? [code] : [`/** ${doc.replaceAll('\n', ' ')} */`, code];
}

/** The doc comment that ends where a declaration begins. */
function docBefore(text: string, start: number): string {
  const [, comment = ''] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(text.slice(0, start)) ?? [];
  return comment
    .split('\n')
    .map(line => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}

function bodyOf({ body }: SyntaxNode): readonly SyntaxNode[] {
  return Array.isArray(body) ? body.filter(isNode) : [];
}

const startOf = (node: SyntaxNode): number => Number(node['start']);
const endOf = (node: SyntaxNode): number => Number(node['end']);
