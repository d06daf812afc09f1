import { fork } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';

const TELL_PORT = new URL('tell-port.ts', import.meta.url).href;
const START_MS = 60_000;
const Told = z.object({ port: z.number() });

export interface ChildServer {
  readonly origin: string;
  close(): Promise<void>;
}

/** Starts a program that serves HTTP on the port that `portVariable` names, here any free one. */
export async function startChildServer(
  program: string,
  args: readonly string[] = [],
  portVariable = 'PORT',
): Promise<ChildServer> {
  const child = fork(program, args, {
    env: { ...process.env, [portVariable]: '0' },
    execArgv: ['--import', TELL_PORT],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const failed = exited.then(() => {
    throw new Error(`${program} ended before it listened. It wrote: ${errors}`);
  });
  failed.catch(() => undefined);
  try {
    const told = once(child, 'message', { signal: AbortSignal.timeout(START_MS) });
    const [message]: unknown[] = await Promise.race([told, failed]);
    return { origin: `http://127.0.0.1:${Told.parse(message).port}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}
