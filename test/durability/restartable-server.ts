import { openChildServer, type ChildServer } from './child-server.ts';

/** A server in another process that is killed and started again, on the same settings. */
export interface RestartableServer {
  readonly server: () => ChildServer;
  readonly kills: () => number;
  /** kill -9; it counts as dead, and is started again, only when `after` has ended too. */
  kill(after?: () => Promise<void>): Promise<void>;
  /** Goes on with another server of `openAnother` in place of one that was killed. */
  use(other: ChildServer): void;
  /** Starts the server, if it is dead. */
  start(): Promise<void>;
  /** One more server on the same settings; it is the caller's to end. */
  openAnother(): Promise<ChildServer>;
}

const API_KEY = 'tram_key-of-this-test';

export async function openRestartableServer(
  environment: Readonly<Record<string, string>>,
): Promise<RestartableServer> {
  const open = () =>
    openChildServer({
      TRAMONTANE_API_KEYS: API_KEY,
      TRAMONTANE_SECRET_KEY: 'secret-key-of-this-test',
      TRAMONTANE_ALLOW_PRIVATE_NETWORKS: 'loopback',
      TRAMONTANE_LOG: 'warn',
      ...environment,
    });
  let server = await open();
  let kills = 0;
  let dying: Promise<void> | undefined;
  return {
    server: () => server,
    kills: () => kills,
    openAnother: open,
    async kill(after) {
      kills += 1;
      await (dying = server.kill().then(after));
    },
    use(other) {
      server = other;
    },
    async start() {
      // Its connections break before the process is seen to be gone.
      await dying;
      if (server.isDead()) server = await open();
    },
  };
}
