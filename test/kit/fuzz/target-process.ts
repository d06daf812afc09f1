import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ANSWER_MS } from './judge.ts';

/** The target in a process of its own, started as `http` or `stdio`. */
export interface TargetProcess extends AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  /** 0 for stdio. */
  readonly port: number;
  /** Bytes in use after a collection. */
  readonly measureHeap: () => Promise<number>;
  /** What it wrote to stderr. */
  readonly complaints: () => string;
  /** Whether it has ended, which nobody asked it to. */
  readonly crashed: () => boolean;
}

const PROGRAM = fileURLToPath(new URL('target-main.ts', import.meta.url));

export async function openTarget(way: 'http' | 'stdio'): Promise<TargetProcess> {
  const options = ['--expose-gc', '--conditions=@tramontane/source', PROGRAM, way];
  const child = spawn(process.execPath, options, { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] });
  let complaints = '';
  child.stderr?.on('data', chunk => (complaints += String(chunk)));
  const port = await ask(child, 'port');
  return {
    child: child as ChildProcessWithoutNullStreams,
    port,
    measureHeap: () => ask(child, 'heap'),
    complaints: () => complaints,
    crashed: () => child.exitCode !== null || child.signalCode !== null,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

async function ask(child: ChildProcess, question: 'port' | 'heap'): Promise<number> {
  const answer = once(child, 'message', { signal: AbortSignal.timeout(ANSWER_MS) });
  child.send(question);
  return Number((await answer)[0]);
}
