import { isNode, readSources, walk, type SourceFile, type SyntaxNode } from '../architecture/source-file.ts';

/**
 * The closed lists of codes in the packages: every exported type whose name ends in `ErrorCode` or `FailureCode`, read
 * from the code as a union of texts, as the keys of a table, or as the members of a list.
 */
export function readErrorCodes(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const file of readSources('packages/*/src/**/*.ts', 'examples/*/src/**/*.ts')) {
    if (file.path.includes('.test') || !/(Error|Failure)Code\b/.test(file.text)) continue;
    for (const { node } of walk(file.program)) {
      const declaration = node['declaration'];
      if (node.type !== 'ExportNamedDeclaration' || !isNode(declaration)) continue;
      if (declaration.type !== 'TSTypeAliasDeclaration') continue;
      const name = textOf(declaration['id']);
      const type = declaration['typeAnnotation'];
      // A choice from another list (`Exclude<…>`) is no list of its own.
      if (isNode(type) && type.type === 'TSTypeReference') continue;
      if (/(Error|Failure)Code$/.test(name)) found.set(name, codesOf(type, file));
    }
  }
  return found;
}

function codesOf(type: unknown, file: SourceFile): readonly string[] {
  if (!isNode(type)) return [];
  switch (type.type) {
    case 'TSUnionType':
      return (type['types'] as unknown[]).flatMap(member => codesOf(member, file));
    case 'TSParenthesizedType':
      return codesOf(type['typeAnnotation'], file);
    case 'TSLiteralType':
      return [String((type['literal'] as SyntaxNode)['value'])];
    case 'TSTypeOperator':
    case 'TSIndexedAccessType':
      return valuesOf(queriedName(type), file);
    default:
      throw new Error(
        `${file.path}: error codes are given in a form that this test does not read (${type.type}).`,
      );
  }
}

/** The name X in `keyof typeof X` and in `(typeof X)[number]`. */
function queriedName(type: SyntaxNode): string {
  for (const { node } of walk(type)) if (node.type === 'TSTypeQuery') return textOf(node['exprName']);
  return '';
}

function valuesOf(name: string, file: SourceFile): readonly string[] {
  for (const { node } of walk(file.program)) {
    if (node.type !== 'VariableDeclarator' || textOf(node['id']) !== name) continue;
    let value = node['init'];
    while (isNode(value) && value.type.startsWith('TS')) value = value['expression'];
    if (!isNode(value)) continue;
    if (value.type === 'ObjectExpression')
      return (value['properties'] as SyntaxNode[]).map(property => textOf(property['key']));
    return (value['elements'] as SyntaxNode[]).map(element => String(element['value']));
  }
  throw new Error(`${file.path}: ${name} was not found beside the type of its codes.`);
}

function textOf(node: unknown): string {
  return isNode(node) ? String(node['name'] ?? node['value']) : '';
}
