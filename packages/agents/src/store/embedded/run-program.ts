import { spawn } from 'node:child_process';
import type { SystemUser } from './system-user.ts';

export interface ProgramResult {
  /** Exit status; undefined when the program could not be started or was ended by a signal. */
  code: number | undefined;
  stdout: string;
  stderr: string;
  /** `ENOENT`, `EACCES`…, when the program could not be started. */
  failure?: string;
}

const outputLimit = 64 * 1024;

/** Runs a program to its end and reports how it went; rejects only when `signal` aborts. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { user?: SystemUser | undefined; signal?: AbortSignal | undefined; timeoutMs?: number } = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      ...(options.user && { uid: options.user.uid, gid: options.user.gid }),
      // The current folder may be closed to the other user.
      cwd: '/',
      env: databaseEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
      ...(options.signal && { signal: options.signal }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout
      .setEncoding('utf8')
      .on('data', (text: string) => (stdout = (stdout + text).slice(-outputLimit)));
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (stderr = (stderr + text).slice(-outputLimit)));
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (options.signal?.aborted) reject(options.signal.reason as Error);
      else resolve({ code: undefined, stdout, stderr, failure: error.code ?? error.message });
    });
    child.once('close', code => resolve({ code: code ?? undefined, stdout, stderr }));
  });
}

/** Ours would hand API keys and PG* settings to the database's processes. */
export function databaseEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
