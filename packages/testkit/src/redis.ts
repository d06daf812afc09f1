import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A real `redis-server` on a socket of its own, without a file: what it counts goes with it. */
export interface TestRedis {
  /** `unix:///…/redis.sock` */
  readonly url: string;
  /** kill -9. */
  kill(): Promise<void>;
  /** After `kill`, at the same address. */
  start(): Promise<void>;
  /** Stops answering without closing a connection, and goes on. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const START_MS = 10_000;

/** Whether the program is there; a test without it is skipped by name: `it.skipIf(!hasRedis())`. */
export function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

export async function openTestRedis(): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'tramontane-redis-'));
  const path = join(folder, 'redis.sock');
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const options = [
      '--port',
      '0',
      '--unixsocket',
      path,
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder,
    ];
    server = spawn('redis-server', options, { stdio: 'ignore' });
    await waitFor(path, server);
  };
  const kill = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  };
  const close = async (): Promise<void> => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  };
  await start();
  return {
    url: `unix://${path}`,
    kill,
    start,
    freeze: () => server?.kill('SIGSTOP'),
    thaw: () => server?.kill('SIGCONT'),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function waitFor(path: string, server: ChildProcess): Promise<void> {
  const until = Date.now() + START_MS;
  while (Date.now() < until && server.exitCode === null) {
    if (await answers(path)) return;
    await delay(20);
  }
  server.kill('SIGKILL');
  throw new Error(`redis-server did not answer within ${START_MS / 1000} s.`);
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString().startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
