import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Log } from '../log.ts';
import type { AuditSink } from './audit.ts';

export interface AuditFileOptions {
  readonly path: string;
  /** Told once when the file takes nothing more, as on a full disk; calls go on. */
  readonly log: Log;
}

/** Readable by the owner of the process alone. */
const MODE = 0o600;
/** Records wait for each other this long to be written together, in milliseconds. */
const GATHER_MS = 100;
/** What waits in memory for a disk that is slow, in characters; above it records are lost, and the log says so. */
const MOST_WAITING = 16 * 1024 * 1024;

/**
 * Appends JSON lines to a file. A record is with the operating system after 100 ms at most; `close` waits for all.
 *
 * @throws what the system says when the file cannot be opened.
 */
export async function openAuditFile({ path, log }: AuditFileOptions): Promise<AuditSink> {
  const stream = createWriteStream(path, { flags: 'a', mode: MODE });
  await once(stream, 'open');
  // After the last write, or after the first one that failed.
  const closed = new Promise<void>(resolve => stream.once('close', resolve));
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let failed = false;
  const fail = (fields: object, message: string): void => {
    if (failed) return;
    failed = true;
    log.warn({ path, ...fields }, message);
  };
  stream.on('error', error => fail({ err: error }, 'The audit trail cannot be written: records are lost.'));
  const flush = (): void => {
    timer = undefined;
    if (waiting.length === 0) return;
    const text = waiting.join('');
    waiting = [];
    if (stream.writableLength < MOST_WAITING) stream.write(text);
    else fail({}, 'The audit trail is written more slowly than calls come: records are lost.');
  };
  return {
    write: json => {
      waiting.push(`${json}\n`);
      timer ??= setTimeout(flush, GATHER_MS);
    },
    close: async () => {
      clearTimeout(timer);
      flush();
      stream.end();
      await closed;
    },
  };
}
