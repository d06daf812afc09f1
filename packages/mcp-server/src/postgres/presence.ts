import { setTimeout as delay } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import type { Log } from '../log.ts';

export interface PresenceOptions {
  readonly connectionString: string;
  /** Notifications to listen to. */
  readonly channel: string;
  /** The two numbers of an advisory lock that is held as long as this process is there. */
  readonly lock: readonly [number, number];
  readonly told: (payload: string) => void;
  /** After the connection was lost and is there again. */
  readonly back: () => void;
  /** What is kept there, for the log: `tasks`. */
  readonly what: string;
  readonly log: Log;
}

/** A connection that only listens, and by being there shows that this process lives. */
export interface Presence {
  /** @throws what `pg` throws if the first connection fails; later ones are tried for ever. */
  readonly ready: Promise<unknown>;
  readonly close: () => Promise<void>;
}

const CONNECT_MS = 10_000;
const RETRY_MS = 1000;

export function openPresence(options: PresenceOptions): Presence {
  const { connectionString, channel, lock, told, back, what, log } = options;
  const closing = new AbortController();
  let current: Client | undefined;

  const connect = async (): Promise<Client> => {
    const client = new Client({
      connectionString,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: CONNECT_MS,
      // A connection that a firewall forgot would otherwise look alive for hours.
      keepAlive: true,
    });
    client.on('error', error => log.warn({ err: error }, `The connection that listens for ${what} broke.`));
    client.on('notification', ({ payload }) => told(payload ?? ''));
    try {
      await client.connect();
      await client.query('SELECT pg_advisory_lock($1, $2)', [...lock]);
      await client.query(`LISTEN ${escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    current = client;
    client.once('end', () => void comeBack());
    return client;
  };
  const comeBack = async (): Promise<void> => {
    current = undefined;
    while (!closing.signal.aborted) {
      try {
        const client = await connect();
        // It was closed meanwhile, and has not seen this connection.
        if (closing.signal.aborted) await client.end();
        else back();
        return;
      } catch (error) {
        log.warn({ err: error }, `The database of ${what} cannot be listened to. Trying again.`);
        await delay(RETRY_MS, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  };
  const ready = connect();
  // Who opens it waits for other things first; the failure is still told there.
  ready.catch(() => {});
  return {
    ready,
    close: async () => {
      closing.abort();
      await ready.catch(() => {});
      await current?.end();
    },
  };
}
