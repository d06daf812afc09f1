// Runs one long-lived child so that every way to stop this process stops the child, once. Runs on Node 20.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.mjs';

const endWithParent = pathToFileURL(join(root, 'packages/tramontane/src/end-with-parent.ts')).href;

// One Ctrl-C comes twice: from the terminal, and from npm, which passes on what it got itself.
const sameKeyPress = 300;

/**
 * Runs `node ...args` in the current folder and resolves with the exit code (128 + n after signal n).
 * The child has a process group of its own, so a terminal's Ctrl-C reaches it only through here; and a channel to this
 * process, whose end tells it that we are gone even when we were killed -9.
 */
export function runChild(node, args) {
  const child = spawn(node, ['--import', endWithParent, ...args], {
    detached: process.platform !== 'win32',
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: withPinnedPath(process.env),
  });
  let last = { signal: '', at: 0 };
  const forward = signal => {
    const now = Date.now();
    if (last.signal === signal && now - last.at < sameKeyPress) return;
    last = { signal, at: now };
    child.kill(signal);
  };
  // npm ends at once on SIGTERM and tells nobody. Started by npm, a change of parent means that it is gone.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event === undefined || process.ppid === parent) return;
    clearInterval(watch);
    // With npm gone because the terminal went, the child has been told already.
    if (last.signal === '') forward('SIGTERM');
  }, 500);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, forward);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** The environment with node_modules/.bin first, so that whatever the child starts as `node` is the pinned one too. */
export function withPinnedPath(environment) {
  const key = Object.keys(environment).find(name => name.toUpperCase() === 'PATH') ?? 'PATH';
  return {
    ...environment,
    [key]: [join(root, 'node_modules', '.bin'), environment[key] ?? ''].join(delimiter),
  };
}
