// npm run build: JavaScript and declarations of every package into its dist folder, for publishing and for nothing else.
// Types are checked by npm run check:types; this only writes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { root, runScript, StartError } from './root.mjs';

const SCOPE = '@tramontane/';
const tsc = join(root, 'node_modules/typescript/bin/tsc');

await runScript(async () => {
  const node = await ensureInstalled();
  const only = process.argv.slice(2);
  for (const name of sortByImports(readPackages(), only)) {
    build(node, name);
    console.log(`built packages/${name}`);
  }
  return 0;
});

/** Packages that are published, with the siblings each of them imports. */
function readPackages() {
  const packages = new Map();
  for (const name of readdirSync(join(root, 'packages'))) {
    const path = join(root, 'packages', name, 'package.json');
    if (!existsSync(path)) continue;
    const { private: kept, dependencies = {} } = JSON.parse(readFileSync(path, 'utf8'));
    if (kept) continue;
    const siblings = Object.keys(dependencies).filter(each => each.startsWith(SCOPE));
    packages.set(
      name,
      siblings.map(each => each.slice(SCOPE.length)),
    );
  }
  return packages;
}

/** Whatever is imported first: declarations are written from the declarations of the siblings. */
function sortByImports(packages, only) {
  const sorted = new Set();
  const add = name => {
    if (sorted.has(name)) return;
    const siblings = packages.get(name);
    if (siblings === undefined)
      throw new StartError(`No package is named ${name}. There are: ${[...packages.keys()].join(', ')}.`);
    for (const sibling of siblings) add(sibling);
    sorted.add(name);
  };
  for (const name of only.length > 0 ? only : packages.keys()) add(name);
  return sorted;
}

function build(node, name) {
  const folder = join(root, 'packages', name);
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  const configs = join(root, 'out', 'build');
  mkdirSync(configs, { recursive: true });
  const config = join(configs, `${name}.json`);
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        noCheck: true,
        declaration: true,
        customConditions: [],
        rootDir: join(folder, 'src'),
        outDir: join(folder, 'dist'),
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: [join(folder, 'src')],
      exclude: ['test', 'fixture', 'test-program', 'd'].map(kind => join(folder, `src/**/*.${kind}.ts`)),
    }),
  );
  const { status } = spawnSync(node, [tsc, '-p', config], { stdio: 'inherit' });
  if (status !== 0) throw new StartError(`packages/${name} was not built; the compiler says why above.`);
}
