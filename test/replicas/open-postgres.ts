import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openEmbeddedPostgres } from '@tramontane/agents/embedded';

/** A real PostgreSQL that goes away and comes back at the same address. */
export interface RestartablePostgres {
  /** Of the Agents API. */
  readonly url: string;
  /** Another database in it. */
  readonly otherUrl: string;
  /** Stops it as an operator does, keeps it away for so many milliseconds, and starts it again. */
  restart(awayMs: number): Promise<void>;
  /** kill -9 of the server, and a start that recovers. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export async function openPostgres(dataDirectory: string): Promise<RestartablePostgres> {
  let server = await openEmbeddedPostgres({ dataDirectory });
  const url = server.url('tramontane');
  const otherUrl = await server.ensureDatabase('bookings', { role: 'bookings' });
  return {
    url,
    otherUrl,
    async restart(awayMs) {
      // The only one on this data folder: the server ends with it.
      await server.close();
      await delay(awayMs);
      server = await openEmbeddedPostgres({ dataDirectory });
    },
    async kill() {
      const [postmaster] = (await readFile(join(server.location.data, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(postmaster), 'SIGKILL');
      await server.close();
      server = await openEmbeddedPostgres({ dataDirectory });
    },
    close: () => server.close(),
  };
}
