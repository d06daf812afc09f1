import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT } from '../architecture/source-file.ts';
import { readErrorCodes } from './error-codes.ts';
import { codeBlocks, GENERATED_PAGES, readPages } from './pages.ts';

const run = promisify(execFile);
const pages = readPages();
const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  scripts: Record<string, string>;
};

test('the documents are here', () => {
  const needed = [
    'README.md',
    'CONTRIBUTING.md',
    'AGENTS.md',
    'docs/architecture.md',
    'docs/dependencies.md',
    'docs/errors.md',
  ];
  expect([...pages.keys()]).toEqual(expect.arrayContaining(needed));
  expect(pages.get('AGENTS.md')?.split('\n').length).toBeLessThanOrEqual(120);
});

test('every link to a file resolves, and so does its heading', () => {
  const broken: string[] = [];
  for (const [path, page] of pages) {
    const text = page.replaceAll(/^```[\s\S]*?^```$/gm, '');
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = '', heading] = target.split('#');
      const absolute = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file);
      if (!existsSync(absolute)) broken.push(`${path}: ${target}`);
      else if (heading !== undefined && !headings(readFileSync(absolute, 'utf8')).includes(heading))
        broken.push(`${path}: ${target} has no such heading`);
    }
  }
  expect(broken).toEqual([]);
});

function headings(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

test('every npm script that a document names exists', () => {
  const missing: string[] = [];
  let named = 0;
  for (const [path, page] of pages) {
    for (const [, script = ''] of page.matchAll(/npm (?:run )?(start|test|(?<=run )[\w:-]+)/g)) {
      named += 1;
      if (!(script in manifest.scripts)) missing.push(`${path}: npm run ${script}`);
    }
  }
  expect(named).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});

test('every file that a script of package.json or a document names in code exists', () => {
  const missing: string[] = [];
  const texts = [...pages, ...Object.entries(manifest.scripts)];
  for (const [where, text] of texts) {
    for (const [, path = ''] of text.matchAll(
      /(?<![\w/.@-])((?:scripts|packages|examples|test|docs|\.ci)\/[\w./-]*[\w])/g,
    )) {
      if (!existsSync(join(ROOT, path))) missing.push(`${where}: ${path}`);
    }
  }
  expect(missing).toEqual([]);
});

test.each(Object.entries(GENERATED_PAGES))('%s is what npm run docs writes', (path, render) => {
  expect(pages.get(path)).toBe(render());
});

test('docs/errors.md has every list of codes, each with exactly its codes', () => {
  const page = pages.get('docs/errors.md') ?? '';
  const described = new Map<string, string[]>();
  for (const section of page.split(/^## /m).slice(1)) {
    const name = /`(\w+)`/.exec(section.split('\n')[0] ?? '')?.[1] ?? '';
    described.set(name, [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(([, code = '']) => code).sort());
  }
  const codes = new Map([...readErrorCodes()].map(([name, list]) => [name, [...list].sort()]));
  expect(codes.size).toBeGreaterThan(5);
  expect(Object.fromEntries(described)).toEqual(Object.fromEntries(codes));
});

test('docs/dependencies.md has every dependency with its version, and no other', () => {
  const page = pages.get('docs/dependencies.md') ?? '';
  const described = [...page.matchAll(/^\| `([^`]+)` +\| ([\w.-]+) +\|/gm)].map(
    ([, name, version]) => `${name} ${version}`,
  );
  const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as {
    packages: Record<string, Manifest>;
  };
  const wanted = Object.entries(lock.packages)
    .filter(([path]) => !path.includes('node_modules'))
    .flatMap(([, one]) =>
      Object.entries({ ...one.dependencies, ...one.devDependencies, ...one.optionalDependencies }),
    )
    .filter(([name]) => !/^(@tramontane\/|tramontane$)/.test(name))
    .map(([name, version]) => `${name} ${version}`);
  expect([...described].sort()).toEqual([...new Set(wanted)].sort());
});

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

test('the TypeScript of the documents passes the type check', async () => {
  const snippets = [...pages].flatMap(([path, page]) =>
    codeBlocks(page, 'ts').map((code, index) => ({ path, index, code })),
  );
  expect(snippets.length).toBeGreaterThan(0);
  await mkdir(`${ROOT}out`, { recursive: true });
  // Below the root, so that packages are found as a reader's own project would find them.
  const folder = await mkdtemp(`${ROOT}out/docs-`);
  try {
    const files = snippets.map(({ path, index }) => `${path.replaceAll(/\W/g, '-')}-${index}.ts`);
    for (const [number, { code }] of snippets.entries())
      await writeFile(join(folder, files[number] ?? ''), code);
    const config = {
      extends: '../../tsconfig.json',
      compilerOptions: { noUnusedLocals: false },
      include: ['*.ts'],
      exclude: [],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { bin } = JSON.parse(readFileSync(`${ROOT}node_modules/typescript/package.json`, 'utf8')) as {
      bin: { tsc: string };
    };
    const tsc = join(ROOT, 'node_modules/typescript', bin.tsc);
    const { stdout } = await run(process.execPath, [tsc, '--project', folder]).catch(
      (error: unknown) => error as { stdout: string },
    );
    // Only the snippets' own lines: source they import is checked with everything else.
    expect(stdout.split('\n').filter(line => line.startsWith('out/docs-'))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
