import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KitError } from '../kit-error.ts';
import type { Log } from '../log.ts';
import { openStopSignal } from '../process/stop-signal.ts';
import { createHub, type Hub } from './hub.ts';
import { forkMember, type Member } from './member.ts';
import { createRestartDelay } from './restart-delay.ts';

export interface PrimaryOptions {
  readonly count: number;
  readonly closeMs: number;
  readonly log: Log;
  readonly onReady: (url: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** Starts of a worker that failed in a row, while no other one serves. */
const MOST_FAILED = 5;

/** Starts workers and keeps them running, until it is told to stop. Serves nothing itself. */
export async function runPrimary(options: PrimaryOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'workers-'));
  const hub = createHub({ count: options.count, folder, stateKey: randomBytes(32).toString('hex') });
  const workers = createWorkers(hub, options);
  const stop = openStopSignal(workers.kill);
  try {
    stop.signal.addEventListener('abort', workers.close);
    options.signal?.addEventListener('abort', workers.close);
    if (options.signal?.aborted) workers.close();
    workers.start();
    await workers.ended;
  } finally {
    stop.close();
    options.signal?.removeEventListener('abort', workers.close);
    await rm(folder, { recursive: true, force: true });
  }
}

function createWorkers(hub: Hub, { count, closeMs, log, onReady }: PrimaryOptions) {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  const members = new Set<Member>();
  const restarts = createRestartDelay();
  let announced = false;
  let closing = false;
  let failure: KitError | undefined;
  let failed = 0;
  let killing: NodeJS.Timeout | undefined;
  // With the other policy of the cluster module the first process hands connections out, and one that was on its way to
  // a worker that died is answered by nobody, ever. Here each worker takes them from the socket they share.
  cluster.schedulingPolicy = cluster.SCHED_NONE;

  const kill = (): void => members.forEach(member => member.kill());
  const finish = (): void => {
    if (members.size > 0) return;
    clearTimeout(killing);
    if (failure) reject(failure);
    else resolve();
  };
  const close = (): void => {
    if (closing) return;
    closing = true;
    for (const member of members) member.close();
    killing = setTimeout(() => {
      process.exitCode = 1;
      log.error({ workers: members.size }, `Workers did not end within ${closeMs / 1000} s, and are killed.`);
      kill();
    }, closeMs);
    finish();
  };
  const giveUp = (how: string): void => {
    failure = new KitError(
      'workers_failed',
      `A worker ended ${how} before it served anything. What it wrote says why. No others are started.`,
    );
    close();
  };
  const add = (): void => {
    if (closing) return;
    const member = forkMember(hub, onServing);
    members.add(member);
    void member.ended.then(how => onEnded(member, how));
  };
  const onServing = (url: string): void => {
    failed = 0;
    if (announced || closing) return;
    // The first one alone: what is wrong with the settings is said once.
    if (members.size < count) return Array.from({ length: count - members.size }).forEach(add);
    if (![...members].every(member => member.serves())) return;
    announced = true;
    onReady(url);
  };
  const onEnded = (member: Member, how: string): void => {
    members.delete(member);
    if (closing) return finish();
    const served = member.serves();
    failed = served ? 0 : failed + 1;
    const others = [...members].some(one => one.serves());
    if (!served && (!announced || (failed >= MOST_FAILED && !others))) return giveUp(how);
    const delayMs = restarts.afterLife(member.livedMs());
    log.warn(
      { worker: member.id, pid: member.pid, restart_after_ms: delayMs },
      `A worker ended ${how}. Another one takes its place.`,
    );
    hub.countRestart();
    setTimeout(add, delayMs);
  };
  return { start: add, close, kill, ended };
}
