import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { StartError } from './start-error.ts';

const MAIN = fileURLToPath(new URL('../../../examples/company/src/main.ts', import.meta.url));
const END_WITH_PARENT = new URL('end-with-parent.ts', import.meta.url).href;
const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;

/** The example company's MCP server in a process of its own. */
export interface CompanyProcess {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the example server and resolves when it says it is ready.
 * Throws StartError `example_missing`, `example_port_taken`, or `example_failed` (with what the server said last).
 */
export async function openCompanyProcess(options: {
  port: number;
  token: string;
  dataFolder: string;
  environment: NodeJS.ProcessEnv;
  signal: AbortSignal;
}): Promise<CompanyProcess> {
  if (!existsSync(MAIN))
    throw new StartError(
      'example_missing',
      'The example server is not part of this installation, so there is no demo.',
    );
  const child = spawn(
    process.execPath,
    ['--import', END_WITH_PARENT, '--conditions=@tramontane/source', MAIN],
    {
      env: {
        ...options.environment,
        COMPANY_HOST: '127.0.0.1',
        PORT: String(options.port),
        MCP_SECRET_TOKEN: options.token,
        TRAMONTANE_DATA: options.dataFolder,
      },
      // A group of its own: a terminal's Ctrl-C must not take the tool server away while runs are still draining.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const close = (): Promise<void> => stop(child);
  try {
    const url = await waitUntilReady(child, options.signal);
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function waitUntilReady(child: ChildProcess, signal: AbortSignal): Promise<string> {
  const said: string[] = [];
  const complained: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const fail = (what: string): void => {
    const reason = toReason(complained.length > 0 ? complained : said);
    const code = /^Port \d+ is in use/m.test(reason) ? 'example_port_taken' : 'example_failed';
    reject(new StartError(code, `The example server ${what}${reason === '' ? '.' : `:\n${reason}`}`));
  };
  for (const [stream, lines] of [
    [child.stdout, said],
    [child.stderr, complained],
  ] as const) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', line => {
      const url = /^ready (http:\/\/\S+)$/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
      // Read to the end of its life: a full pipe would stop the server.
      else if (lines.push(line) > 50) lines.shift();
    });
  }
  child.once('error', error => fail(`could not be started: ${error.message}`));
  // 'close', not 'exit': its last words have arrived by then.
  child.once('close', (code, signalName) => fail(`ended with ${signalName ?? `exit code ${code}`}`));
  const stopped = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', stopped, { once: true });
  const timer = setTimeout(() => fail(`was not ready within ${READY_LIMIT_MS / 1000} s`), READY_LIMIT_MS);
  try {
    signal.throwIfAborted();
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stopped);
  }
}

/** Of a crash only the error's sentence helps a person; of anything else the last lines. */
export function toReason(lines: readonly string[]): string {
  const words = lines.filter(line => !/^\s*\^*\s*$|^\s+at |^Node\.js v/.test(line));
  return (
    words.findLast(line => /^(?:Uncaught )?\w*[Ee]rror(?: \[\w+\])?: /.test(line)) ??
    words.slice(-5).join('\n')
  );
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = new AbortController();
  const late = delay(STOP_LIMIT_MS, 'late', { signal: patience.signal }).catch(() => 'ended');
  if ((await Promise.race([ended, late])) === 'late') {
    child.kill('SIGKILL');
    await ended;
  }
  patience.abort();
}
