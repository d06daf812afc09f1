import { toNotification } from './engine/rpc.ts';
import { isAtLeast, type LogLevel } from './log-level.ts';
import type { Log } from './log.ts';

/**
 * A log that also goes to the client, from `threshold` on (MCP, server/utilities/logging). Errors among the fields are
 * left out there: stacks and causes are the server's own business.
 */
export function createCallerLog(
  log: Log,
  logger: string,
  threshold: LogLevel,
  notify: (json: string) => void,
): Log {
  const tell = (level: LogLevel, fields: object, message: string): void => {
    if (!isAtLeast(level, threshold)) return;
    const shown = Object.entries(fields).filter(([, value]) => !(value instanceof Error));
    const data = shown.length === 0 ? message : { message, ...Object.fromEntries(shown) };
    notify(
      toMessage({ level, logger, data }) ??
        toNotification('notifications/message', { level, logger, data: message }),
    );
  };
  const both = (name: keyof Log, level: LogLevel) => (fields: object, message: string) => {
    log[name](fields, message);
    tell(level, fields, message);
  };
  return {
    debug: both('debug', 'debug'),
    info: both('info', 'info'),
    warn: both('warn', 'warning'),
    error: both('error', 'error'),
  };
}

/** `undefined` for fields that JSON cannot carry (a BigInt, a cycle): a log line must not fail its handler. */
function toMessage(params: object): string | undefined {
  try {
    return toNotification('notifications/message', params);
  } catch {
    return undefined;
  }
}
