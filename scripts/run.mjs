// npm run soak and the like: installs what is missing, then runs the TypeScript file that does the work.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { root, runScript, StartError } from './root.mjs';
import { runChild } from './run-child.mjs';

const jobs = {
  soak: 'test/soak/main.ts',
  docs: 'test/docs/write-pages.ts',
  'docs:kit': 'test/kit/write-reference.ts',
  bench: 'bench/main.ts',
  'bench:server': 'bench/bench-server.ts',
  conformance: 'conformance/main.ts',
  'conformance:server': 'conformance/server/main.ts',
  'conformance:client': 'conformance/client/main.ts',
};

await runScript(async () => {
  const [name, ...args] = process.argv.slice(2);
  const path = jobs[name];
  if (path === undefined) throw new StartError(`Say what to run: ${Object.keys(jobs).join(', ')}.`);
  if (!existsSync(join(root, path)))
    throw new StartError(`There is no ${path} in this checkout, so ${name} cannot run.`);
  const node = await ensureInstalled();
  return runChild(node, ['--conditions=@tramontane/source', join(root, path), ...args]);
});
