import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './error.ts';
import { presenceLock, type Membership } from './join-server.ts';
import { lookAtProcess, readPostmaster } from './postmaster.ts';
import { removeSocketFolder } from './socket-folder.ts';

/** Gives up the place at the server; the last one out stops it. */
export async function leaveServer(membership: Membership, cluster: string): Promise<void> {
  const { keeper, socket } = membership;
  try {
    await keeper.query('SELECT pg_advisory_unlock_shared($1)', [presenceLock]);
    const result = await keeper.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [
      presenceLock,
    ]);
    if (result.rows[0]?.last !== true) return;
    const server = await readPostmaster(cluster);
    if (server) await stopServer(server.pid, cluster);
    await removeSocketFolder(socket);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    // The session is gone, and with it either the server or our share in it.
  } finally {
    await keeper.end().catch(() => undefined);
  }
}

/** Fast shutdown (SIGINT: sessions are ended, data is written), then immediate (SIGQUIT: repaired at the next start). */
async function stopServer(pid: number, cluster: string): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5000],
  ] as const) {
    if ((await lookAtProcess(pid, cluster)) !== 'server') return;
    process.kill(pid, signal);
    const limit = Date.now() + patienceMs;
    while (Date.now() < limit) {
      if ((await lookAtProcess(pid, cluster)) !== 'server') return;
      await delay(10);
    }
  }
  throw new EmbeddedPostgresError(
    'not_stopped',
    `The database in ${cluster} (process ${pid}) did not stop within 15 seconds. Look at its postgres.log and end the process.`,
  );
}
