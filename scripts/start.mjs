// npm start: installs what is missing, then starts the server. `npm run company` starts only the example server.
import { join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { root, runScript } from './root.mjs';
import { runChild } from './run-child.mjs';

await runScript(async () => {
  const args = process.argv.slice(2);
  const company = args[0] === 'company';
  const main = company ? 'examples/company/src/main.ts' : 'packages/tramontane/src/main.ts';
  const node = await ensureInstalled();
  // Loading the code is most of a start. Node keeps what it compiled here and has it ready the next time.
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'node-compile');
  return runChild(node, [
    '--conditions=@tramontane/source',
    join(root, main),
    ...(company ? args.slice(1) : ['start', ...args]),
  ]);
});
