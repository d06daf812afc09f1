import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Binaries } from './binaries.ts';
import { connectAsSuperuser, servesCluster } from './connect.ts';
import { createCluster, isCluster, removeAbandonedDrafts } from './create-cluster.ts';
import { EmbeddedPostgresError } from './error.ts';
import type { Placement } from './placement.ts';
import { clearStaleLocks, lookAtProcess, readPostmaster } from './postmaster.ts';
import { readLastFatal, toStartError } from './server-log.ts';
import { chooseSocketFolder, openSocketFolder, removeSocketFolder } from './socket-folder.ts';
import { spawnServer, type ServerProcess } from './spawn-server.ts';

/** Held shared by each process that uses the cluster, for as long as it does. */
export const presenceLock = 7_261_835_402;

/** A session that keeps the server up, and where the server listens. */
export interface Membership {
  keeper: Client;
  socket: string;
}

export interface JoinOptions {
  placement: Placement;
  binaries: Binaries;
  password: string;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  onProgress: (sentence: string) => void;
}

/**
 * Joins the server of the cluster: uses the one that runs, waits for one that starts or stops,
 * clears away what a killed one left, makes a cluster where there is none, or starts a server.
 */
export async function joinServer(options: JoinOptions): Promise<Membership> {
  const { placement, signal } = options;
  const { cluster } = placement;
  const limit = Date.now() + (options.timeoutMs ?? 30_000);
  const socketFolder = await chooseSocketFolder(cluster, placement.user, signal);
  let own: ServerProcess | undefined;
  let failures = 0;
  let lastCause: unknown;
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (Date.now() > limit) throw tooLate(options, lastCause);

      const running = await readPostmaster(cluster);
      if (running?.ready) {
        const joined = await tryJoin(running.socket || socketFolder, options).catch((error: unknown) => {
          if (error instanceof EmbeddedPostgresError) throw error;
          lastCause = error;
          return undefined;
        });
        if (joined) return joined;
      }
      if (own?.running()) {
        await delay(10, undefined, { signal });
        continue;
      }
      if (running && (await lookAtProcess(running.pid, cluster)) === 'server') {
        // Another process's: on its way up or down.
        await delay(50, undefined, { signal });
        continue;
      }
      if (own) {
        const fatal = await readLastFatal(own.logPath, own.logOffset);
        const error =
          fatal === undefined ? undefined : toStartError(cluster, own.logPath, fatal, placement.user);
        if (error && ++failures >= 3) throw error;
        // A rival started at the same moment: let the two fall out of step.
        await delay(Math.random() * 100, undefined, { signal });
      }
      await openSocketFolder(socketFolder, placement.user);
      await clearStaleLocks(cluster, socketFolder);
      await removeAbandonedDrafts(cluster);
      if (!(await isCluster(cluster))) {
        options.onProgress(`Creating a database in ${cluster}.`);
        await createCluster({ ...placement, binaries: options.binaries, password: options.password, signal });
      }
      own = await spawnServer({ ...placement, binaries: options.binaries, socketFolder });
    }
  } catch (error) {
    // Nobody would stop it: it never got a keeper of ours.
    if (own?.running()) {
      await giveUp(own.child);
      await removeSocketFolder(socketFolder);
    }
    throw error;
  }
}

async function giveUp(child: ChildProcess): Promise<void> {
  // It was told apart from this process's life, which has to last until the server is gone.
  child.ref();
  const gone = once(child, 'exit', { signal: AbortSignal.timeout(10_000) });
  child.kill('SIGINT');
  await gone.catch(() => child.kill('SIGQUIT'));
}

async function tryJoin(socket: string, options: JoinOptions): Promise<Membership | undefined> {
  const keeper = await connectAsSuperuser(socket, options.password);
  try {
    if (await servesCluster(keeper, options.placement.cluster)) {
      // Blocks while the last one out holds it, and fails when that one stops the server.
      await keeper.query('SELECT pg_advisory_lock_shared($1)', [presenceLock]);
      return { keeper, socket };
    }
    await keeper.end();
    return undefined;
  } catch (error) {
    await keeper.end().catch(() => undefined);
    throw error;
  }
}

function tooLate(options: JoinOptions, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'not_ready_in_time',
    `The database in ${options.placement.cluster} was not ready within ${Math.round((options.timeoutMs ?? 30_000) / 1000)} seconds. See ${options.placement.home}/postgres.log, and start again.`,
    { cause },
  );
}
