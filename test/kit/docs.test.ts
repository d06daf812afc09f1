import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SERVER_RULES } from '../../packages/mcp-server/src/check-design/server-rules.ts';
import { TOOL_RULES } from '../../packages/mcp-server/src/check-design/tool-rules.ts';
import { ROOT } from '../architecture/source-file.ts';
import { codeBlocks } from '../docs/pages.ts';
import { REFERENCE, renderReference } from './render-reference.ts';

const run = promisify(execFile);
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const PAGES = [
  ...['guide', 'tool-design', 'tasks', 'skills', 'sagas', 'composition'].map(name => `docs/kit/${name}.md`),
  'docs/patterns.md',
  'docs/guide.md',
];
const blocks = PAGES.flatMap(path =>
  codeBlocks(read(path), 'ts').map((code, index) => ({ name: `${path} ${index + 1}`, code })),
);
let folder: string;

beforeAll(async () => {
  await mkdir(`${ROOT}out`, { recursive: true });
  // Below the root, so that packages are found as a reader's own project would find them.
  folder = await mkdtemp(`${ROOT}out/kit-docs-`);
});
afterAll(() => rm(folder, { recursive: true }));

/** What the page says that a block prints, line by line. */
function announced(code: string): readonly string[] {
  return [...code.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map(([, printed = '']) => printed);
}

/** A program that ends: any free port, and what a reader would leave open is closed. */
function toProgram(code: string): string {
  return [
    code.replaceAll(/\b8000\b/g, '0'),
    ...(code.includes('const serving = ') ? ['await serving.close();'] : []),
    ...(code.includes('const sockets = ') ? ['await sockets.close();'] : []),
    ...(code.includes('const http = ') ? ['http.close();'] : []),
  ].join('\n');
}

describe('the examples of the kit', () => {
  it('are there, and most of them show what they print', () => {
    expect(blocks.length).toBeGreaterThan(11);
    expect(blocks.filter(({ code }) => announced(code).length > 0).length).toBeGreaterThan(7);
    for (const { code } of blocks)
      expect(announced(code)).toHaveLength(code.split('console.log(').length - 1);
  });

  it('show each pattern in under 40 lines', () => {
    const lines = codeBlocks(read('docs/patterns.md'), 'ts').map(code => code.trim().split('\n').length);
    expect(lines).toHaveLength(4);
    expect(Math.max(...lines)).toBeLessThan(40);
  });

  it.each(blocks)('$name runs, and prints what it says', async ({ name, code }) => {
    const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.ts`);
    await writeFile(file, toProgram(code));
    // stdin of a child process is at its end, which ends a server over stdio.
    const running = run(process.execPath, ['--conditions=@tramontane/source', file], { timeout: 20_000 });
    running.child.stdin?.end();
    const { stdout, stderr } = await running;
    expect(stdout.trim().split('\n').filter(Boolean)).toEqual(announced(code));
    expect(stderr).toBe('');
  });
});

it('the reference is what npm run docs:kit writes', async () => {
  vi.setConfig({ testTimeout: 60_000 });
  expect(read(REFERENCE)).toBe(await renderReference());
});

it('every exported function and class has a doc comment', async () => {
  const page = read(REFERENCE);
  const bare = [...page.matchAll(/^#### (.+)\n\n```typescript\n(?:function|class) /gm)].map(
    ([, name]) => name,
  );
  expect(bare).toEqual([]);
});

it('the page on tool design names every rule, and no other', () => {
  const named = [...read('docs/kit/tool-design.md').matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name);
  const rules = [...Object.keys(TOOL_RULES), ...Object.keys(SERVER_RULES)];
  expect(new Set(named)).toEqual(new Set(rules));
});
