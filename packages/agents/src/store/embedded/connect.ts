import { realpath } from 'node:fs/promises';
import { Client } from 'pg';
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
