import { pino } from 'pino';
import { openAuditFile, type Log } from '@tramontane/guards';
import { ConfigError, type Config } from './config.ts';
import { STDOUT } from './edge-values.ts';

/** Takes one JSON object, without the end of the line. */
type WriteLine = (json: string) => void;

/** @param of What it was done to. */
export type CommandAudit = (command: string, of: object) => void;

/**
 * Where the settings say that lines about requests go. What was written is there when `opened` is closed.
 * @throws ConfigError for a file that cannot be written.
 */
export async function openLines(
  { callLog, auditLog }: Config,
  log: Log,
  opened: AsyncDisposableStack,
): Promise<{ readonly calls: WriteLine | undefined; readonly audit: WriteLine | undefined }> {
  return {
    calls: await openLineFile('TRAMONTANE_CALL_LOG', callLog, log, opened),
    audit: await openLineFile(AUDIT, auditLog, log, opened),
  };
}

/**
 * The audit trail, for what a command does beside the server. Where the operator reads it in the server's output there is
 * none: the output of a command is for whoever runs it.
 * @throws ConfigError for a file that cannot be written.
 */
export async function openCommandAudit(
  { auditLog, logLevel }: Config,
  opened: AsyncDisposableStack,
): Promise<CommandAudit> {
  const log = pino({ level: logLevel }, pino.destination(2));
  const path = auditLog === STDOUT ? undefined : auditLog;
  const write = await openLineFile(AUDIT, path, log, opened);
  return (command, of) => {
    const time = new Date().toISOString();
    write?.(JSON.stringify({ type: 'audit', time, uid: process.getuid?.(), command, of }));
  };
}

const AUDIT = 'TRAMONTANE_AUDIT_LOG';

async function openLineFile(
  setting: string,
  path: string | undefined,
  log: Log,
  opened: AsyncDisposableStack,
): Promise<WriteLine | undefined> {
  if (path === undefined) return undefined;
  try {
    const { write, close } = await openAuditFile({ path, log });
    opened.defer(async () => close?.());
    return write;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`${setting}: lines cannot be written there: ${reason}`]);
  }
}
