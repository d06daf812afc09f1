import { ConnectionError } from '@tramontane/mcp-client';
import type { Connector } from '../core/connector.ts';
import { ToolServerFailure } from '../core/tool-servers.ts';

/** What the tool server's failure means to a use case. */
export function toFailure(error: unknown, connector: Connector, signal: AbortSignal): unknown {
  if (error instanceof ConnectionError) {
    const { code, mayHaveRun, answered } = error;
    const hint =
      code === 'sign_in_required'
        ? ` GET /v1/connectors/${connector.id}/auth_url gives the address to do so.`
        : '';
    return new ToolServerFailure(code, error.message + hint, { mayHaveRun, answered, cause: error });
  }
  // What a stack that is too small throws, when the client writes such a call or takes such an answer apart.
  if (error instanceof RangeError) {
    const message = `A call of ${connector.name}, or its answer, is nested too deep to be written or read.`;
    return new ToolServerFailure('protocol_error', message, { mayHaveRun: true, cause: error });
  }
  if (signal.aborted) {
    // One that had left is told of as a ConnectionError.
    const message = `The call to ${connector.name} was cancelled before it left.`;
    return new ToolServerFailure('cancelled', message, { mayHaveRun: false, cause: error });
  }
  return error;
}
