import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { ConnectionError } from '../connection-error.ts';
import { splitLines } from './split-lines.ts';
import { MAX_MESSAGE_BYTES, type OpenChannel } from './channel.ts';

/** A server that runs as a child process. Only an operator names one: it is a program on this machine. */
export interface StdioCommand {
  readonly command: string;
  readonly args?: readonly string[];
  /** What the child gets besides the variables of `INHERITED`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface StdioOptions {
  /** For messages. */
  readonly name: string;
  /** Our own environment, of which the child gets what `INHERITED` names. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A line of the child's standard error. */
  readonly onStderr: (line: string) => void;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Enough to find programs and a home; keys and tokens of this server are not for its children. */
const INHERITED = (
  'HOME LANG LC_ALL LOGNAME PATH SHELL TERM TMPDIR TZ USER APPDATA COMSPEC LOCALAPPDATA PATHEXT PROGRAMDATA ' +
  'PROGRAMFILES SYSTEMDRIVE SYSTEMROOT TEMP TMP USERNAME USERPROFILE WINDIR'
).split(' ');
/** Milliseconds between the end of its input, SIGTERM and SIGKILL (specification, stdio, shutdown). */
const PATIENCE_MS = 2_000;
const MAX_STDERR_LINE = 8 * 1024;

/** Newline-separated JSON on standard input and output (specification, stdio). */
export function stdioChannel(command: StdioCommand, options: StdioOptions): OpenChannel {
  return async ({ onMessage, onLost }, signal) => {
    signal.throwIfAborted();
    const child: Child = spawn(command.command, command.args ?? [], {
      env: { ...inherited(options.environment), ...command.env },
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      // A group of its own, so that a wrapper such as npx takes its children along when it has to go.
      detached: process.platform !== 'win32',
    });
    const ended = once(child, 'close').catch(() => undefined);
    // Whoever writes learns of it by the process's end.
    child.stdin.on('error', () => undefined);
    try {
      await once(child, 'spawn', { signal });
    } catch (cause) {
      signal.throwIfAborted();
      throw notStarted(options.name, command, cause);
    }
    let isClosing = false;
    splitLines(child.stdout, MAX_MESSAGE_BYTES, onMessage, () => {
      onLost(`sent more than ${MAX_MESSAGE_BYTES / 1024 / 1024} MiB without the end of a line`);
      endGroup(child, 'SIGKILL');
    });
    splitLines(child.stderr, MAX_STDERR_LINE, options.onStderr, () => undefined);
    child.once('close', (code, killedBy) => {
      if (!isClosing) onLost(killedBy === null ? `ended with exit code ${code}` : `was ended by ${killedBy}`);
    });
    return {
      send: (text, { onSent }) =>
        new Promise((resolve, reject) => {
          // A line without its end is no message, so what could not be written whole was not read.
          child.stdin.write(`${text}\n`, error => {
            if (error == null) {
              onSent();
              resolve();
            } else
              reject(new ConnectionError('closed', `${options.name} has ended.`, { server: options.name }));
          });
        }),
      async close() {
        isClosing = true;
        child.stdin.end();
        if (await isOver(ended)) return;
        endGroup(child, 'SIGTERM');
        if (await isOver(ended)) return;
        endGroup(child, 'SIGKILL');
        await isOver(ended);
      },
    };
  };
}

function inherited(environment: StdioOptions['environment']): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap(name => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function notStarted(name: string, { command, cwd }: StdioCommand, cause: unknown): ConnectionError {
  const { code } = cause as NodeJS.ErrnoException;
  // The system says the same of a program and of the folder it is to run in.
  const missing =
    cwd === undefined || existsSync(cwd) ? 'there is no such program' : `there is no folder ${cwd}`;
  const reason = code === 'ENOENT' ? missing : (code ?? 'it could not be run');
  return new ConnectionError('unreachable', `${name} could not be started: ${command}: ${reason}.`, {
    server: name,
    cause,
  });
}

async function isOver(ended: Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), PATIENCE_MS);
  void ended.then(() => resolve(true));
  return promise.finally(() => clearTimeout(timer));
}

function endGroup(child: Child, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch {
    // It ended by itself a moment ago.
  }
}
