import { isNode, nameOf, walk, type SourceFile, type SyntaxNode, type Visit } from './source-file.ts';

/**
 * Names of a file that are used as values and declared nowhere in it: the globals it leans on. Members of a global are
 * added as `process.env`; `globalThis.fetch` counts as `fetch`.
 */
export function readGlobals(file: SourceFile): ReadonlySet<string> {
  const known = READ.get(file);
  if (known !== undefined) return known;
  const globals = findGlobals(file);
  READ.set(file, globals);
  return globals;
}

/** Several rules ask for the same file's globals, and walking a tree is slow. */
const READ = new WeakMap<SourceFile, ReadonlySet<string>>();

function findGlobals(file: SourceFile): ReadonlySet<string> {
  const declared = new Set<string>();
  const used = new Set<string>();
  for (const visit of walk(file.program)) {
    for (const name of declaredBy(visit.node)) declared.add(name);
    const name = nameOf(visit.node);
    if (name !== undefined && isValue(visit)) used.add(name);
    if (visit.node.type === 'MemberExpression') {
      const object = nameOf(visit.node['object']);
      const property = nameOf(visit.node['property']);
      if (object !== undefined && property !== undefined) {
        used.add(`${object}.${property}`);
        if (object === 'globalThis') used.add(property);
      }
    }
    // `new Date()` reads the clock, `new Date(text)` does not.
    const isDate = visit.node.type === 'NewExpression' && nameOf(visit.node['callee']) === 'Date';
    if (isDate && (visit.node['arguments'] as unknown[]).length === 0) used.add('Date.now');
  }
  return new Set([...used].filter(name => !declared.has(name.split('.')[0] ?? name)));
}

function declaredBy(node: SyntaxNode): string[] {
  switch (node.type) {
    case 'VariableDeclarator':
      return bound(node['id']);
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return [node['id'], ...(node['params'] as unknown[])].flatMap(bound);
    case 'ClassDeclaration':
      return bound(node['id']);
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      return bound(node['local']);
    case 'CatchClause':
      return bound(node['param']);
    default:
      return [];
  }
}

/** Names that a pattern binds. */
function bound(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [String(pattern['name'])];
    case 'ObjectPattern':
      return (pattern['properties'] as unknown[]).flatMap(bound);
    case 'Property':
      return bound(pattern['value']);
    case 'ArrayPattern':
      return (pattern['elements'] as unknown[]).flatMap(bound);
    case 'RestElement':
      return bound(pattern['argument']);
    case 'AssignmentPattern':
      return bound(pattern['left']);
    default:
      return [];
  }
}

/** False for names of members, keys, labels and types. */
function isValue({ parent, part }: Visit): boolean {
  if (parent === undefined) return false;
  if (parent.type.startsWith('TS')) return part === 'expression';
  if (part === 'property') return parent['computed'] === true;
  if (part === 'key') return parent['computed'] === true || parent['shorthand'] === true;
  return !['imported', 'exported', 'label'].includes(part);
}
