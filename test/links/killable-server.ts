import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ServerTarget } from '@tramontane/mcp-client';

export const KINDS = ['http-2025', 'http-2026', 'sse', 'websocket', 'stdio'] as const;
export type Kind = (typeof KINDS)[number];

const PROGRAM = new URL('server-main.ts', import.meta.url).pathname;
const ARGS = ['--conditions=@tramontane/source', PROGRAM];

/** A tool server in a process of its own, at one address across its restarts. */
export interface KillableServer {
  readonly target: ServerTarget;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Ids in the journal, in the order the tool did them. */
  written(): readonly string[];
  /** When it last began to listen, milliseconds since 1970. */
  readonly backAt: number;
  /** Sessions, streams and sockets that clients hold open there; of programs, the processes that are alive. */
  sessions(): Promise<number>;
}

/** The child of a stdio target is started by the client; it is killed here by the id that its tool tells. */
export function createKillableServer(kind: Kind, journal: string): KillableServer {
  const startsFile = `${journal}.starts`;
  writeFileSync(journal, '');
  writeFileSync(startsFile, '');
  let child: ChildProcess | undefined;
  let port = 0;
  let control = 0;
  let readyAt = 0;
  const scope = { workspace: 'w', connector: kind, credential: 'none' };
  const limits = { timeoutMs: 10_000 };
  const linesOf = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const starts = () =>
    linesOf(startsFile).map(line => {
      const [pid, at] = line.split(' ').map(Number);
      return { pid: pid ?? 0, at: at ?? 0 };
    });
  return {
    get target(): ServerTarget {
      if (kind === 'stdio') {
        const args = [...ARGS, kind, '0', journal, startsFile];
        return { scope, ...limits, name: 'stdio:links', process: { command: process.execPath, args } };
      }
      const scheme = kind === 'websocket' ? 'ws' : 'http';
      const path = kind === 'sse' ? '/sse' : '/mcp';
      return { scope, ...limits, url: `${scheme}://127.0.0.1:${port}${path}`, auth: { type: 'none' } };
    },
    get backAt() {
      return kind === 'stdio' ? (starts().at(-1)?.at ?? 0) : readyAt;
    },
    async start() {
      if (kind === 'stdio') return;
      const started = spawn(process.execPath, [...ARGS, kind, String(port), journal], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child = started;
      for await (const line of createInterface(started.stdout)) {
        [port = 0, control = 0] = line.replace('ready ', '').split(' ').map(Number);
        readyAt = Date.now();
        return;
      }
      throw new Error(`The server of kind ${kind} did not start.`);
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    written: () => linesOf(journal),
    async sessions() {
      if (kind === 'stdio') return starts().filter(({ pid }) => isAlive(pid)).length;
      const response = await fetch(`http://127.0.0.1:${control}/`);
      return Number(await response.text());
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
