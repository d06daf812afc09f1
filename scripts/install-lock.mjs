// One install at a time on one checkout. Runs on Node 20.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const waitMilliseconds = 300;

/**
 * Takes the lock file `path`, waiting while another live process has it, and returns what gives it back.
 * `onWait(milliseconds, pid)` is called while waiting. A lock whose processes are all dead is taken over.
 */
export async function takeLock(path, onWait) {
  mkdirSync(dirname(path), { recursive: true });
  const began = Date.now();
  for (;;) {
    if (createComplete(path, [process.pid]))
      return { addProcess: pid => rewrite(path, pid), release: () => rmSync(path, { force: true }) };
    const holders = readHolders(path);
    if (holders === undefined) continue;
    if (!holders.some(isAlive)) removeDead(path, holders);
    else {
      onWait(Date.now() - began, holders[0]);
      await delay(waitMilliseconds);
    }
  }
}

// Written aside and linked into place: a lock that can be seen is complete, or a reader would take an empty one for dead.
function createComplete(path, pids) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify(pids));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

// npm outlives a starter that is killed -9, so its pid keeps the lock as well.
function rewrite(path, pid) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify([process.pid, pid]));
  renameSync(own, path);
}

function readHolders(path) {
  try {
    const pids = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(pids) ? pids.filter(Number.isInteger) : [];
  } catch (error) {
    return error.code === 'ENOENT' ? undefined : [];
  }
}

// Two waiters can see the same dead lock. The slower one would move away the faster one's new lock: it looks at
// what it moved and puts a live one back.
function removeDead(path, dead) {
  const aside = `${path}.dead.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolders(aside) ?? [];
  if (JSON.stringify(moved) !== JSON.stringify(dead) && moved.some(isAlive)) createCopy(aside, path);
  rmSync(aside, { force: true });
}

function createCopy(from, to) {
  try {
    linkSync(from, to);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error.code === 'EPERM';
  }
}
