import { fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Agents API in another process. */
export interface ChildServer {
  readonly url: string;
  readonly apiKey: string;
  readonly pid: number;
  /** True once the process is gone. */
  readonly isDead: () => boolean;
  /** kill -9, and waits until the process is gone. */
  kill(): Promise<void>;
  /** Asks it to close, and waits until the process is gone. */
  stop(): Promise<void>;
}

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
/** Where Node keeps it by default: half of a start is compiling. */
const CACHE = join(tmpdir(), 'node-compile-cache');
const MAIN = fileURLToPath(new URL('server-main.ts', import.meta.url));

export async function openChildServer(environment: Readonly<Record<string, string>>): Promise<ChildServer> {
  const child = fork(MAIN, {
    execArgv: ['--conditions=@tramontane/source'],
    // Only what is given: settings of the machine must not reach the server under test.
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      TRAMONTANE_PORT: '0',
      NODE_COMPILE_CACHE: CACHE,
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-10_000);
  });
  const gone = once(child, 'exit');
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  const ready = await Promise.race([
    once(child, 'message', { signal: limit }),
    gone.then(() => undefined),
  ]).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  if (!ready) throw new Error(`The server did not start:\n${said}`);
  const { url, apiKey } = ready[0] as { url: string; apiKey: string };
  const isDead = () => child.exitCode !== null || child.signalCode !== null;
  return {
    url,
    apiKey,
    pid: child.pid ?? 0,
    isDead,
    async kill() {
      child.kill('SIGKILL');
      if (!isDead()) await gone;
    },
    async stop() {
      if (isDead()) return;
      child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}
