import type { Log } from '../log.ts';
import type { AuditSink } from './audit.ts';
import { openLineFile } from './open-line-file.ts';

export interface AuditFileOptions {
  /** Of a file; `stdout` is the standard output of the process. */
  readonly path: string;
  /** Told once when records are lost, as on a full disk; calls go on. */
  readonly log: Log;
}

/**
 * Appends JSON lines to a file that its owner alone may read. A record is with the operating system after 100 ms at
 * most; `close` waits for all.
 *
 * @throws what the system says when the file cannot be opened.
 */
export async function openAuditFile({ path, log }: AuditFileOptions): Promise<AuditSink> {
  const { write, close } = await openLineFile({
    path,
    onLost: error => log.warn({ path, err: error }, 'Not everything can be written there: records are lost.'),
  });
  return { write: json => write(`${json}\n`), close };
}
