import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../architecture/source-file.ts';

/** A start of Tramontane as a person does it, in processes of its own. */
export interface Started {
  readonly process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with the address once the ready line is the last one; rejects when the process ends before. */
  ready(): Promise<string>;
  /** Resolves with the exit code (or signal) after the streams have ended. */
  ended: Promise<number | NodeJS.Signals | null>;
  /** A signal to the whole group, as a terminal sends it. */
  signalGroup(signal: NodeJS.Signals): void;
}

export interface StartOptions {
  readonly command?: readonly [string, ...string[]];
  readonly args?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly uid?: number | undefined;
}

/** Starts `node scripts/start.mjs`, or the command given, with nothing of this process's settings. */
export function openStarted(options: StartOptions): Started {
  const [program, ...first] = options.command ?? [process.execPath, `${ROOT}scripts/start.mjs`];
  const child = spawn(program, [...first, ...(options.args ?? [])], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...options.environment },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(
    ([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null,
  );
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    async ready() {
      const over = ended.then(code => {
        throw new Error(`ended with ${code} before it was ready:\n${stdout}\n${stderr}`);
      });
      const seen = waitUntil(
        () => /\nready (http:\S+)\n$/.exec(stdout)?.[1],
        () => `not ready:\n${stdout}\n${stderr}`,
      );
      return Promise.race([seen, over]);
    },
    signalGroup: signal => process.kill(-(child.pid ?? 0), signal),
  };
}

/** Polls until there is an answer. The limit only turns a hang into a message. */
export async function waitUntil<T>(look: () => T | undefined, describe: () => string): Promise<T> {
  const limit = Date.now() + 60_000;
  for (;;) {
    const answer = look();
    if (answer !== undefined) return answer;
    if (Date.now() > limit) throw new Error(describe());
    await delay(50);
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(TRAMONTANE_|MISTRAL_|DATABASE_URL$|COMPANY_|MCP_|PORT$|VITEST|NODE_OPTIONS$|NODE_ENV$|TEST$|npm_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
