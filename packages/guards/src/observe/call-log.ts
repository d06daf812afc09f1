import type { EndedCall, Guard } from '../guard.ts';
import type { Log } from '../log.ts';

export interface CallLogOptions {
  /** A pino logger, or anything of that form. */
  readonly log: Log;
}

/**
 * One line for each call of a tool that ended, and one for each request that was refused, with `request_id`, `tool_name`,
 * `client_ip`, `caller`, `duration_seconds` and `error`. Arguments and results are not logged.
 */
export function createCallLog({ log }: CallLogOptions): Guard {
  return {
    ended: ended => write(log, ended),
    leave: ({ requestId, method, path, address, caller, refusal, arrived }, status) => {
      if (refusal === undefined && status < 500) return;
      const fields = {
        request_id: requestId,
        client_ip: address,
        caller: caller?.subject,
        method,
        path,
        status,
        duration_seconds: toSeconds(performance.now() - arrived),
        error: refusal?.detail,
        refused_by: refusal?.by,
      };
      log.warn(fields, refusal === undefined ? 'Request failed' : 'Request refused');
    },
  };
}

function write(log: Log, { call, status, errorType, error, durationSeconds }: EndedCall): void {
  const { requestId, name, address, caller } = call;
  const fields = {
    request_id: requestId,
    tool_name: name.slice(0, MOST_NAME),
    client_ip: address,
    caller: caller?.subject,
    duration_seconds: toSeconds(durationSeconds * 1000),
  };
  if (status === 'success') log.info(fields, 'Tool invocation completed');
  else log.warn({ ...fields, error_type: errorType, error }, 'Tool invocation failed');
}

/** As long as the name of a tool may be: a caller's own invention could be any length. */
const MOST_NAME = 64;

/** To the microsecond: more digits than that are noise. */
function toSeconds(ms: number): number {
  return Math.round(ms * 1000) / 1_000_000;
}
