// Which Node runs Tramontane: the one the lock file pins, or the running one if no pinned build fits this machine.
// Runs on Node 20.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root, StartError } from './root.mjs';

/** Path of a Node that is new enough. Throws StartError with what to do when there is none. */
export function findNode() {
  const wanted = Number(/\d+/.exec(readJson('package.json').engines.node)?.[0]);
  const tried = [];
  for (const candidate of pinnedBuilds()) {
    const { stdout, error } = spawnSync(candidate, ['--version'], { encoding: 'utf8', timeout: 20_000 });
    const major = Number(/^v(\d+)\./.exec(stdout ?? '')?.[1]);
    if (major >= wanted) return candidate;
    tried.push(`${candidate}: ${error?.message ?? (stdout?.trim() || 'does not run here')}`);
  }
  if (Number(process.versions.node.split('.')[0]) >= wanted) return process.execPath;
  throw new StartError(
    `Tramontane needs Node ${wanted} or newer. This is Node ${process.versions.node}, and npm has no Node ${wanted} build that runs on ` +
      `${process.platform}-${process.arch}. Install Node ${wanted} from https://nodejs.org and start again.`,
    tried,
  );
}

// The platform packages carry `os` and `cpu`, so npm leaves only this machine's in node_modules; optional means it
// may also leave none without an error, which is why every start looks.
function pinnedBuilds() {
  const names = Object.keys(readJson('package.json').optionalDependencies ?? {}).filter(name =>
    name.startsWith('node-'),
  );
  const found = [];
  for (const name of names) {
    const folder = join(root, 'node_modules', name);
    if (!existsSync(join(folder, 'package.json'))) continue;
    const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const path = join(folder, typeof bin === 'string' ? bin : (bin?.node ?? 'bin/node'));
    if (existsSync(path)) found.push(path);
  }
  return found;
}
