// Installs what is missing, at most once at a time, and says what it does. Runs on Node 20, before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from './install-lock.mjs';
import { isInstalled, stampInstalled } from './installed.mjs';
import { findNode } from './pinned-node.mjs';
import { root, StartError } from './root.mjs';

/** Makes sure the locked dependencies are here and returns the path of the Node to run everything else with. */
export async function ensureInstalled() {
  if (!isInstalled()) await installOnce();
  return findNode();
}

async function installOnce() {
  checkWritable();
  const progress = createProgress();
  // Below out/, which git ignores; npm empties node_modules, so the lock cannot live there.
  const lock = await takeLock(join(root, 'out', 'install.lock'), (waited, pid) =>
    progress.say(`Waiting for another install on this checkout (process ${pid})`, waited),
  );
  try {
    // The one we waited for may have done it all.
    if (isInstalled()) return;
    await runNpm(lock, progress);
    stampInstalled();
  } finally {
    progress.end();
    lock.release();
  }
}

function checkWritable() {
  for (const folder of [root, join(root, 'node_modules')]) {
    if (!existsSync(folder)) continue;
    try {
      accessSync(folder, constants.W_OK);
    } catch {
      throw new StartError(
        `Dependencies must be installed, but ${folder} cannot be written. Start again as the user who owns it, or from a copy that you may write.`,
      );
    }
  }
}

async function runNpm(lock, progress) {
  const { command, first } = findNpm();
  // Gone before npm starts: an install that is cut off must never look finished.
  rmSync(join(root, 'node_modules', '.package-lock.json'), { force: true });
  // --include: NODE_ENV=production would leave the checks' tools out. The retry times make a dead network an answer
  // within half a minute, not three.
  const flags = ['ci', '--include=dev', '--include=optional', '--loglevel=error', '--no-progress'];
  const patience = ['--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=8000'];
  const began = Date.now();
  const child = spawn(command, [...first, ...flags, ...patience], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32' && first.length === 0,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk));
  if (child.pid !== undefined) lock.addProcess(child.pid);
  const say = () => progress.say('Installing dependencies with npm', Date.now() - began);
  say();
  const timer = setInterval(say, 500);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  })
    .catch(error => {
      throw error.code === 'ENOENT' ? npmMissing() : error;
    })
    .finally(() => clearInterval(timer));
  progress.end();
  if (code !== 0) throw explainNpm(said, code);
  console.log(`Installed dependencies in ${seconds(Date.now() - began)}.`);
}

// Under `npm start` npm says where it is. The Node that runs it must not be the one npm is about to replace.
function findNpm() {
  const script = process.env.npm_execpath;
  const node = process.env.npm_node_execpath ?? process.execPath;
  if (script?.endsWith('npm-cli.js') && existsSync(script) && existsSync(node))
    return { command: node, first: [script] };
  const command = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  if (spawnSync(command, ['--version'], { shell: process.platform === 'win32' }).status !== 0)
    throw npmMissing();
  return { command, first: [] };
}

function npmMissing() {
  return new StartError(
    'npm was not found, and dependencies must be installed. Install Node with npm from https://nodejs.org and start again.',
  );
}

const knownFailures = [
  [/\bENOSPC\b/, () => 'npm ran out of disk space. Free about 500 MB and start again.'],
  [
    /\b(EACCES|EPERM|EROFS)\b/,
    () =>
      `npm may not write to ${root} or to its cache. Mend the owner of both, or start from a copy that you may write.`,
  ],
  [
    /\b(UNABLE_TO_|SELF_SIGNED|CERT_|DEPTH_ZERO)/,
    () =>
      'npm does not trust the certificate of its registry. Behind a proxy, name its certificate in NODE_EXTRA_CA_CERTS and start again.',
  ],
  [
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED)\b/,
    () =>
      'npm could not reach its registry. Check the network (npm config get registry shows the address) and start again.',
  ],
  [
    /\bEUSAGE\b/,
    () =>
      'package.json and package-lock.json do not agree. Run npm install, or put both back as committed, and start again.',
  ],
];

function explainNpm(said, code) {
  const lines = said
    .split('\n')
    .filter(line => line.trim() !== '' && !line.includes('A complete log of this run'));
  const known = knownFailures.find(([pattern]) => pattern.test(said));
  if (known !== undefined) return new StartError(known[1](), lines.slice(0, 4));
  return new StartError(`npm ci failed with exit code ${code}. What it said:`, lines.slice(-12));
}

function createProgress() {
  const live = process.stdout.isTTY === true;
  let shown = '';
  let next = 0;
  return {
    /** A terminal sees one line that counts; a log gets a line at once and then every five seconds. */
    say(sentence, milliseconds) {
      if (live) process.stdout.write(`\r\u001b[K${sentence} … ${seconds(milliseconds)}`);
      else if (sentence !== shown || milliseconds >= next) {
        console.log(milliseconds < 1000 ? `${sentence} …` : `${sentence} … ${seconds(milliseconds)}`);
        next = milliseconds + 5000;
      }
      shown = sentence;
    },
    end() {
      if (live && shown !== '') process.stdout.write('\r\u001b[K');
      shown = '';
    },
  };
}

function seconds(milliseconds) {
  return `${Math.round(milliseconds / 1000)} s`;
}
