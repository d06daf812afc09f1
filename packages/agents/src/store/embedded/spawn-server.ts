import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { databaseEnvironment } from './run-program.ts';
import { openServerLog } from './server-log.ts';
import { socketPort } from './socket-folder.ts';
import type { SystemUser } from './system-user.ts';

/** A server started by this process. */
export interface ServerProcess {
  running(): boolean;
  /** Size of the log before the start: what comes after is this server's, or a rival's. */
  logOffset: number;
  logPath: string;
  child: ChildProcess;
}

/** Starts the server itself, not pg_ctl, which would go through a shell. Returns before it is ready. */
export async function spawnServer(options: {
  cluster: string;
  home: string;
  binaries: Binaries;
  socketFolder: string;
  user: SystemUser | undefined;
}): Promise<ServerProcess> {
  const logPath = join(options.home, 'postgres.log');
  const log = await openServerLog(logPath);
  try {
    const settings = {
      listen_addresses: '',
      // A list to PostgreSQL: the quotes keep a comma or space in TMPDIR from splitting it.
      unix_socket_directories: `"${options.socketFolder}"`,
      unix_socket_permissions: '0700',
      port: String(socketPort),
      max_connections: '200',
    };
    const child = spawn(
      options.binaries.postgres,
      [
        '-D',
        options.cluster,
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      {
        ...(options.user && { uid: options.user.uid, gid: options.user.gid }),
        cwd: '/',
        env: databaseEnvironment(),
        stdio: ['ignore', log.fd, log.fd],
        // Its own process group: Ctrl-C must not stop the database while the server still drains.
        detached: true,
      },
    );
    let running = true;
    child.once('exit', () => (running = false));
    child.once('error', () => (running = false));
    child.unref();
    return { running: () => running, logOffset: log.size, logPath, child };
  } finally {
    await log.close();
  }
}
