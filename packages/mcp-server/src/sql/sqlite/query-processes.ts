import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Reply, Request } from './query-process/messages.ts';
import { createTurns } from './turns.ts';

/** How one request ended; `died`: the process did, without being stopped. */
export type Asked = Reply | { readonly kind: 'timed_out' } | { readonly kind: 'died' };

/** Processes that ask a database, one request each at a time. They are started when needed. */
export interface QueryProcesses {
  /** Rejects with the reason of `signal`. A process that is too slow, or whose caller is gone, is killed. */
  ask(request: Request, timeMs: number, signal: AbortSignal): Promise<Asked>;
  close(): Promise<void>;
}

const HEAP_MB = 128;
/** For the start of a process, which does not count as time of its query. */
const START_MS = 20_000;
/** The extension is another one in the published package. */
const PROGRAM = new URL(`./query-process/main${import.meta.url.slice(-3)}`, import.meta.url);

export function createQueryProcesses(size: number): QueryProcesses {
  const turns = createTurns(size);
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  let closed = false;

  const start = (): ChildProcess => {
    const child = fork(fileURLToPath(PROGRAM), {
      // Nothing of this process's settings and secrets is for it.
      env: {},
      execArgv: [`--max-old-space-size=${HEAP_MB}`, '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    all.add(child);
    child.once('exit', () => {
      all.delete(child);
      const place = idle.indexOf(child);
      if (place >= 0) idle.splice(place, 1);
    });
    return child;
  };

  return {
    ask: async (request, timeMs, signal) => {
      await turns.take(signal);
      const reused = idle.pop();
      const child = reused ?? start();
      hold(child, true);
      let isReusable = false;
      try {
        const started = reused ? undefined : await exchange(child, undefined, START_MS, signal);
        if (started !== undefined && started.kind !== 'ready') return started;
        const asked = await exchange(child, request, timeMs, signal);
        isReusable = asked.kind !== 'timed_out' && asked.kind !== 'died' && !closed;
        return asked;
      } finally {
        if (isReusable) idle.push(child);
        else child.kill('SIGKILL');
        hold(child, false);
        turns.pass();
      }
    },
    close: async () => {
      closed = true;
      await Promise.all(
        [...all].map(async child => {
          hold(child, true);
          const ended = once(child, 'exit');
          child.kill('SIGKILL');
          await ended;
        }),
      );
    },
  };
}

/** An idle one does not keep this process from ending. */
function hold(child: ChildProcess, held: boolean): void {
  if (held) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}

/** The next message after a request, or after nothing. */
async function exchange(
  child: ChildProcess,
  request: Request | undefined,
  timeMs: number,
  signal: AbortSignal,
): Promise<Asked> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Asked>();
  const timer = setTimeout(() => resolve({ kind: 'timed_out' }), timeMs);
  const answered = (reply: unknown): void => resolve(reply as Reply);
  const died = (): void => resolve({ kind: 'died' });
  const abort = (): void => reject(signal.reason as Error);
  child.once('message', answered);
  child.once('exit', died);
  child.once('error', died);
  signal.addEventListener('abort', abort, { once: true });
  if (request !== undefined) child.send(request, error => error && died());
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    child.off('message', answered);
    child.off('exit', died);
    child.off('error', died);
    signal.removeEventListener('abort', abort);
  }
}
