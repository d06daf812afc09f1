import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** A server in a process of its own, at one address over all its lives. */
export interface Replica {
  /** False before its start and once the process is gone, however that came. */
  readonly isRunning: () => boolean;
  /** What it wrote to standard error, in all its lives. */
  readonly log: () => readonly string[];
  start(): Promise<void>;
  /** Stops it where it stands, until `thaw` or its end. */
  freeze(): void;
  thaw(): void;
  /** kill -9, and waits until the process is gone. */
  kill(): Promise<void>;
  /** Asks it to end (SIGTERM) and waits for that; a process that has to be killed, or ends with a code, is an error. */
  stop(): Promise<void>;
}

const START_MS = 60_000;
const STOP_MS = 20_000;
const MOST_LINES = 20_000;
/** No process outlives its test, however that ends. */
const END_WITH_PARENT = new URL('../../packages/tramontane/src/end-with-parent.ts', import.meta.url).href;
/** Half of a start is compiling. */
const CACHE = join(tmpdir(), 'node-compile-cache');

/** @param program The file and its arguments; it prints `ready` and its address when it serves. */
export function createReplica(
  program: readonly string[],
  environment: Readonly<Record<string, string>>,
): Replica {
  const log: string[] = [];
  let child: ChildProcess | undefined;
  const isDead = (one: ChildProcess): boolean => one.exitCode !== null || one.signalCode !== null;
  const end = async (signal: NodeJS.Signals): Promise<ChildProcess | undefined> => {
    const ending = child;
    if (ending === undefined || isDead(ending)) return undefined;
    const gone = once(ending, 'exit');
    ending.kill(signal);
    const late = new AbortController();
    const inTime = await Promise.race([
      gone.then(() => true),
      delay(STOP_MS, false, { signal: late.signal, ref: false }).catch(() => true),
    ]);
    late.abort();
    if (!inTime) {
      ending.kill('SIGKILL');
      await gone;
      throw new Error(`A process did not end within ${STOP_MS / 1000} s of ${signal}.`);
    }
    return ending;
  };
  return {
    isRunning: () => child !== undefined && !isDead(child),
    log: () => log,
    async start() {
      if (child !== undefined && !isDead(child)) return;
      const starting = spawn(
        process.execPath,
        ['--import', END_WITH_PARENT, '--conditions=@tramontane/source', ...program],
        {
          // Only what is given: settings of the machine must not reach the server under test.
          env: {
            PATH: process.env['PATH'],
            HOME: process.env['HOME'],
            NODE_COMPILE_CACHE: CACHE,
            ...environment,
          },
          stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        },
      );
      child = starting;
      const { promise: ready, resolve } = Promise.withResolvers<true>();
      for (const stream of [starting.stdout, starting.stderr]) {
        if (stream === null) continue;
        createInterface({ input: stream }).on('line', line => {
          if (line.startsWith('ready ')) resolve(true);
          if (stream === starting.stderr && log.length < MOST_LINES) log.push(line);
        });
      }
      const late = new AbortController();
      const started = await Promise.race([
        ready,
        once(starting, 'exit').then(() => false),
        delay(START_MS, false, { signal: late.signal }).catch(() => false),
      ]);
      late.abort();
      if (started) return;
      starting.kill('SIGKILL');
      throw new Error(`${program.join(' ')} did not start:\n${log.slice(-20).join('\n')}`);
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async kill() {
      await end('SIGKILL');
    },
    async stop() {
      const ended = await end('SIGTERM');
      if (ended && ended.exitCode !== 0) {
        throw new Error(
          `A process ended with ${ended.exitCode ?? ended.signalCode}:\n${log.slice(-20).join('\n')}`,
        );
      }
    },
  };
}
