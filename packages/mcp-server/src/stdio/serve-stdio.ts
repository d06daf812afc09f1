import type { Readable, Writable } from 'node:stream';
import type { Guards } from '@tramontane/guards';
import { toLocalVisit } from '../duplex/local-visit.ts';
import { openMessageConnection } from '../duplex/message-connection.ts';
import type { McpServer } from '../server.ts';
import { keepStdoutClean, type CleanStdout } from './keep-stdout-clean.ts';
import { createLineReader } from './line-reader.ts';
import { createLineWriter } from './line-writer.ts';

export interface ServeStdioOptions {
  /** `process.stdin` unless given. */
  readonly input?: Readable;
  /** `process.stdout` unless given; then everything else that is written there goes to stderr instead. */
  readonly output?: Writable;
  /** Calls go through them; whoever started the process needs no credentials. */
  readonly guards?: Guards;
  /** Stops as `close()` does. */
  readonly signal?: AbortSignal;
  /** Bytes of one message; 4 MiB unless given. A longer one is refused, and reading goes on after it. */
  readonly maxMessageBytes?: number;
  /** Requests in flight; one more is refused. 1,000 unless given. */
  readonly maxPending?: number;
  /** Milliseconds without a message or a request in flight until it ends; never unless given. */
  readonly idleMs?: number;
  /** Milliseconds that calls in flight get when the input ends or `close()` is called; 10,000 unless given. */
  readonly drainMs?: number;
}

export interface StdioServing {
  /** Resolves when the other side has closed the input, or after `close()`, and every answer is out. */
  readonly closed: Promise<void>;
  /** Reads no more, lets calls in flight finish, aborts what is left after `drainMs`. */
  close(): Promise<void>;
}

const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const DRAIN_MS = 10_000;
/** Of answers waiting for a client that does not read; beyond it, it will not. */
const MAX_QUEUED = 64 * 1024 * 1024;

/**
 * Serves one client over stdin and stdout, one JSON-RPC message a line (MCP 2026-07-28, basic/transports/stdio). The
 * process ends by itself when the client closes stdin, unless the program keeps something else open.
 *
 * ```ts
 * serveStdio(server);
 * ```
 */
export function serveStdio(server: McpServer, options: ServeStdioOptions = {}): StdioServing {
  const { input = process.stdin, maxMessageBytes = MAX_MESSAGE_BYTES, drainMs = DRAIN_MS, signal } = options;
  const output = options.output ?? process.stdout;
  const stdout = options.output ? useAsItIs(output) : keepStdoutClean();
  const ended = Promise.withResolvers<void>();
  const writer = createLineWriter(output, stdout.write, {
    maxQueued: MAX_QUEUED,
    onSlow: () => void input.pause(),
    onFull: () => fail(new Error('The client does not read its answers.')),
  });
  const visit = toLocalVisit(options.guards);
  const connection = openMessageConnection(server, {
    send: json => writer.write(json),
    ...(visit && { visit }),
    ...(options.maxPending !== undefined && { maxPending: options.maxPending }),
    ...(options.idleMs !== undefined && { idleMs: options.idleMs, onIdle: () => void close() }),
  });
  const reader = createLineReader(maxMessageBytes, {
    onLine: line => connection.receive(line),
    onTooLong: () => connection.refuse(`A message may have ${maxMessageBytes} bytes at most.`),
  });

  const onData = (chunk: Uint8Array | string): void =>
    reader.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  const onDrain = (): void => void input.resume();
  const onEnd = (): void => {
    reader.end();
    void close();
  };
  /** Nobody is left to answer. */
  const fail = (error: Error): void => {
    if ('code' in error && error.code !== 'EPIPE') server.log.warn({ err: error }, 'stdio failed.');
    connection.close();
    void close();
  };
  const onAbort = (): void => void close();

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= end());
  const end = async (): Promise<void> => {
    input.off('data', onData).off('end', onEnd).off('close', onEnd);
    input.pause();
    signal?.removeEventListener('abort', onAbort);
    await connection.drain(drainMs);
    await writer.flush();
    connection.close();
    output.off('drain', onDrain);
    stdout.restore();
    ended.resolve();
  };

  output.on('drain', onDrain).on('error', fail);
  input.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', fail);
  if (signal?.aborted) void close();
  else signal?.addEventListener('abort', onAbort);
  return { closed: ended.promise, close };
}

function useAsItIs(output: Writable): CleanStdout {
  return { write: (text, done) => output.write(text, 'utf8', done), restore: () => {} };
}
