import type { Scope, ServerHealth } from '@tramontane/mcp-client';
import type { Logger } from 'pino';

/** One line for each change of a tool server's state: loud when it went wrong, quiet when it went well. */
export function logHealth(log: Logger): (health: ServerHealth, scope: Scope) => void {
  return ({ server, state, circuit, failures, lastError, nextTryAt }, { workspace, connector }) => {
    const line = { server, state, circuit, failures, workspace, connector_id: connector };
    if (state !== 'waiting' && state !== 'refused') {
      log.debug(line, 'a tool server changed its state');
      return;
    }
    const error = lastError && { code: lastError.code, message: lastError.message };
    const next = nextTryAt === undefined ? {} : { next_try_at: new Date(nextTryAt).toISOString() };
    log.warn({ ...line, error, ...next }, 'a tool server cannot be used');
  };
}
