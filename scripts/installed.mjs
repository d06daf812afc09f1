// Is what package-lock.json asks for what lies in node_modules? Runs on Node 20.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root } from './root.mjs';

const stampPath = join(root, 'node_modules', '.tramontane-installed');
const hiddenLockPath = join('node_modules', '.package-lock.json');

/** True when an install ended for exactly these manifests, or when npm's own record says the same. */
export function isInstalled() {
  const fingerprint = manifestFingerprint();
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === fingerprint) return true;
  // A developer who ran npm by hand has no stamp; installing all again would only cost time.
  if (!existsSync(join(root, hiddenLockPath)) || !recordFits()) return false;
  stampInstalled();
  return true;
}

/** Records that the install ended. A folder that is complete but read-only works without the record. */
export function stampInstalled() {
  try {
    writeFileSync(stampPath, manifestFingerprint());
  } catch (error) {
    if (!['EACCES', 'EROFS', 'EPERM'].includes(error.code)) throw error;
  }
}

function manifestFingerprint() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  for (const path of ['package-lock.json', ...manifests()])
    hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

function manifests() {
  const workspaces = ['packages', 'examples'].flatMap(folder =>
    readdirSync(join(root, folder)).map(name => join(folder, name, 'package.json')),
  );
  return ['package.json', ...workspaces.sort((a, b) => a.localeCompare(b))].filter(path =>
    existsSync(join(root, path)),
  );
}

// npm writes node_modules/.package-lock.json last, so its presence means a finished install. Optional packages of
// other platforms are in the lock and rightly not here.
function recordFits() {
  const wanted = readJson('package-lock.json').packages;
  const present = readJson(hiddenLockPath).packages;
  const dependencies = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  for (const path of manifests()) {
    const manifest = readJson(path);
    const locked = wanted[path === 'package.json' ? '' : path.slice(0, -'/package.json'.length)] ?? {};
    if (dependencies.some(kind => !sameEntries(manifest[kind], locked[kind]))) return false;
  }
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true;
    const here = present[path];
    if (here === undefined) return entry.optional === true || entry.peer === true;
    return here.version === entry.version && here.link === entry.link && existsSync(join(root, path));
  });
}

function sameEntries(one = {}, other = {}) {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every(name => one[name] === other[name]);
}
