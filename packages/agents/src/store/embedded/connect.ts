import { realpath } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { codeOf, EmbeddedPostgresError } from './error.ts';
import { socketPort } from './socket-folder.ts';

/** A superuser session; never handed out. `database` is `postgres` unless said. */
export async function connectAsSuperuser(socket: string, password: string): Promise<Client> {
  const client = new Client({
    host: socket,
    port: socketPort,
    user: 'postgres',
    password,
    database: 'postgres',
    application_name: 'tramontane-launcher',
    connectionTimeoutMillis: 5000,
    // Longer than a shutdown takes: an opener waits here for the lock of one that closes.
    statement_timeout: 25_000,
  });
  // A session that ends while nobody waits for an answer emits this; unheard it ends the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (codeOf(error) === '28P01') {
      throw new EmbeddedPostgresError(
        'password_refused',
        'The database refuses the password kept in the file postgres-password of the data folder: file and database are not of one pair. Restore the file that belongs to it.',
        { cause: error },
      );
    }
    throw error;
  }
}

/** Whether the server behind the session really serves this cluster. */
export async function servesCluster(client: Client, cluster: string): Promise<boolean> {
  const result = await client.query<{ data_directory: string }>('SHOW data_directory');
  const served = result.rows[0]?.data_directory;
  if (served === undefined) return false;
  return (await realpath(served).catch(() => served)) === (await realpath(cluster).catch(() => cluster));
}

/**
 * Does `work`, and does it again when the server goes away under it (killed, or stopped by the last
 * process out) until it is back: at most 5 times. `work` must be safe to repeat.
 */
export async function untilServed(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (error instanceof EmbeddedPostgresError) throw error;
      // Class 57P: shut down, crashed, starting. pg has no code for a session that was cut.
      const away = !(error instanceof DatabaseError) || (error.code ?? '').startsWith('57P');
      if (!away || attempt === 5) throw error;
      // The keeper's session may hear of it later than this one.
      await delay(50 * attempt);
    }
  }
}
