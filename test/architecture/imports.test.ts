import { globSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PACKAGE_IMPORTS, TEST_PACKAGE } from './rules.ts';
import { parseSource, readSources, ROOT, type SourceFile } from './source-file.ts';
import * as violations from './violations.ts';

const sources = readSources('packages/*/src/**/*.{ts,tsx}').filter(
  file =>
    !/\.test\.tsx?$|\.test-[\w-]+\.ts$/.test(file.path) && !file.path.startsWith(`packages/${TEST_PACKAGE}/`),
);

const examples: { rule: keyof typeof violations; path: string; bad: string; good: string }[] = [
  {
    rule: 'packageImports',
    path: 'packages/engine/src/a.ts',
    bad: `import type { A } from '@tramontane/wire';`,
    good: `// import x from '@tramontane/wire'\nexport const text = "import('@tramontane/wire')";`,
  },
  {
    rule: 'packageImports',
    path: 'packages/guards/src/a.ts',
    bad: `export { a } from '../../egress/src/a.ts';`,
    good: `export { a } from '../src/b.ts';`,
  },
  {
    rule: 'packageImports',
    path: 'packages/agents/src/core/a.ts',
    bad: `import { a } from '@tramontane/testkit/database';`,
    good: `import { a } from '@tramontane/engine';`,
  },
  {
    rule: 'roomImports',
    path: 'packages/agents/src/core/a.ts',
    bad: `const a = await import('../store/pool.ts');`,
    good: `import { a } from './deep/a.ts';`,
  },
  {
    rule: 'roomImports',
    path: 'packages/agents/src/http/a.ts',
    bad: `type A = import('../tools/a.ts').A;`,
    good: `import { a } from '../core/a.ts';`,
  },
  {
    rule: 'onlyIn',
    path: 'packages/agents/src/core/a.ts',
    bad: `import 'undici';`,
    good: `import 'node:path';`,
  },
  {
    rule: 'onlyIn',
    path: 'packages/engine/src/a.ts',
    bad: `import 'node:path';`,
    good: `import './node.ts';`,
  },
  {
    rule: 'onlyIn',
    path: 'packages/agents/src/tools/a.ts',
    bad: `import { connect } from 'node:net';`,
    good: `import type { Socket } from 'node:net';\nexport type Server = import('node:net').Server;`,
  },
  {
    rule: 'onlyIn',
    path: 'packages/agents/src/tools/a.ts',
    bad: `import { Client } from '@modelcontextprotocol/client';`,
    good: `import { openConnections } from '@tramontane/mcp-client';`,
  },
  {
    rule: 'purity',
    path: 'packages/engine/src/a.ts',
    bad: `export const a = (): number => Date.now();`,
    good: `export const a = (now: () => Date): Date => now();`,
  },
  {
    rule: 'purity',
    path: 'packages/engine/src/a.ts',
    bad: `export const a = (): Date => new Date();`,
    good: `export const a = (time: string): Date => new Date(time);`,
  },
  {
    rule: 'outboundCalls',
    path: 'packages/agents/src/tools/a.ts',
    bad: `export const a = (): unknown => fetch('http://example.org');`,
    good: `export const a = (egress: { fetch(url: string): unknown }): unknown => egress.fetch('http://example.org');`,
  },
  {
    rule: 'outboundCalls',
    path: 'packages/mcp-client/src/a.ts',
    bad: `export const options = { fetch: globalThis.fetch };`,
    good: `export const a = ({ fetch }: { fetch: (url: string) => unknown }): unknown => fetch('http://example.org');`,
  },
  {
    rule: 'environment',
    path: 'packages/agents/src/core/a.ts',
    bad: `export const a = (): unknown => process.env['HOME'];`,
    good: `export const a = (process: { env: object }): unknown => process.env;`,
  },
  {
    rule: 'defaultExports',
    path: 'packages/guards/src/a.ts',
    bad: `export default 1;`,
    good: `export const a = 1;`,
  },
  {
    rule: 'workOnImport',
    path: 'packages/guards/src/a.ts',
    bad: `console.log('loaded');`,
    good: `import './b.ts';\nexport * from './c.ts';\nexport const a = 1;\nexport type A = 1;\nfunction f(): void {}\nexport { f };`,
  },
];

test('the walk found the packages, and every package is under a rule', () => {
  const packages = globSync('packages/*/package.json', { cwd: ROOT }).map(
    path => path.split(/[\\/]/)[1] ?? '',
  );
  expect(sources.length).toBeGreaterThan(40);
  expect(sources.flatMap(file => file.imports).length).toBeGreaterThan(100);
  expect(Object.keys(PACKAGE_IMPORTS)).toEqual(
    expect.arrayContaining(packages.filter(name => name !== TEST_PACKAGE)),
  );
});

describe.each(Object.entries(violations))('%s', (name, rule) => {
  const check = (path: string, text: string): readonly string[] => rule(parseSource(path, text));

  test('holds in every package', () => {
    expect(sources.flatMap((file: SourceFile) => rule(file))).toEqual([]);
  });

  test.each(examples.filter(example => example.rule === name))('finds $bad', ({ path, bad, good }) => {
    expect(check(path, bad)).toHaveLength(1);
    expect(check(path, good)).toEqual([]);
  });
});
