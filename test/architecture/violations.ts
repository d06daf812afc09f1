import { posix } from 'node:path';
import { readGlobals } from './globals.ts';
import {
  ENVIRONMENT_READERS,
  ONLY_IN,
  OUTBOUND_ALLOWED,
  OUTBOUND_GLOBALS,
  PACKAGE_IMPORTS,
  PROGRAMS,
  PURE,
  ROOM_IMPORTS,
} from './rules.ts';
import { isNode, type SourceFile, type SyntaxNode } from './source-file.ts';

/** Each function gives one sentence for each place of a file that breaks its rule. */
export type Rule = (file: SourceFile) => readonly string[];

const packageOf = (path: string): string => path.split('/')[1] ?? '';

export const packageImports: Rule = file => {
  const own = packageOf(file.path);
  const allowed = PACKAGE_IMPORTS[own];
  if (allowed === undefined) return [`${own} has no entry in PACKAGE_IMPORTS`];
  return file.imports.flatMap(module => {
    if (module.startsWith('.')) {
      const target = posix.join(posix.dirname(file.path), module);
      return target.startsWith(`packages/${own}/`)
        ? []
        : [`${file.path} reaches out of its package: ${module}`];
    }
    const sibling =
      /^@tramontane\/([^/]+)/.exec(module)?.[1] ?? (module === 'tramontane' ? module : undefined);
    const fine = sibling === undefined || allowed.includes(sibling);
    return fine
      ? []
      : [`${file.path} imports ${module}; ${own} may import ${allowed.join(', ') || 'no sibling'}`];
  });
};

export const roomImports: Rule = file => {
  const inside = /^packages\/agents\/src\/(.+)$/.exec(file.path)?.[1];
  if (inside === undefined) return [];
  const own = inside.split('/')[0] ?? '';
  const allowed = ROOM_IMPORTS[own];
  if (allowed === undefined) return [`${file.path}: ${own} has no entry in ROOM_IMPORTS`];
  return file.imports.flatMap(module => {
    if (!module.startsWith('.') || allowed === 'all') return [];
    const target = posix.relative('packages/agents/src', posix.join(posix.dirname(file.path), module));
    const room = target.split('/')[0] ?? '';
    const fine = room === own || room.startsWith('..') || allowed.includes(room);
    return fine
      ? []
      : [`${file.path} imports ${module}; ${own} may import ${allowed.join(', ') || 'no other room'}`];
  });
};

export const onlyIn: Rule = file =>
  file.imports.flatMap(module => [
    ...ONLY_IN.filter(
      rule => rule.module.test(module) && !rule.paths.some(path => file.path.startsWith(path)),
    )
      // Types of Node name shapes; they open nothing.
      .filter(() => !module.startsWith('node:') || file.loads.includes(module))
      .map(
        rule => `${file.path} imports ${module}; only ${rule.paths.join(', ') || 'tests'} may: ${rule.why}`,
      ),
    ...(packageOf(file.path) in PURE && module.startsWith('node:')
      ? [`${file.path} imports ${module}; ${packageOf(file.path)} does no I/O`]
      : []),
  ]);

export const purity: Rule = file => {
  const forbidden = PURE[packageOf(file.path)] ?? [];
  const used = forbidden.length === 0 ? new Set<string>() : readGlobals(file);
  return forbidden
    .filter(name => used.has(name))
    .map(name => `${file.path} uses ${name}; the package is pure`);
};

export const outboundCalls: Rule = file => {
  if (OUTBOUND_ALLOWED.some(({ path }) => file.path.startsWith(path))) return [];
  const used = readGlobals(file);
  return OUTBOUND_GLOBALS.filter(name => used.has(name)).map(
    name => `${file.path} uses the global ${name}; requests out go through @tramontane/egress`,
  );
};

export const environment: Rule = file => {
  if (ENVIRONMENT_READERS.some(pattern => pattern.test(file.path))) return [];
  const reads = readGlobals(file).has('process.env') || file.imports.includes('node:process');
  return reads ? [`${file.path} reads the environment; only config.ts and main.ts do`] : [];
};

export const defaultExports: Rule = file =>
  statements(file).some(node => node.type === 'ExportDefaultDeclaration')
    ? [`${file.path} has a default export`]
    : [];

const QUIET = /^(Import|ExportAll|Class|Function|TS)|Declaration$/;

export const workOnImport: Rule = file => {
  if (PROGRAMS.some(pattern => pattern.test(file.path))) return [];
  return statements(file)
    .filter(node => !QUIET.test(node.type))
    .map(node => `${file.path} does something when it is imported (${node.type})`);
};

function statements(file: SourceFile): SyntaxNode[] {
  const body = file.program['body'];
  return Array.isArray(body) ? body.filter(isNode) : [];
}
