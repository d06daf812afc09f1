import { failedFor, type CallFailureCode, type ToolCall, type ToolOutcome } from '@tramontane/engine';
import type { Connector, ConnectorAccess } from './connector.ts';
import { ToolServerFailure, type ToolServers } from './tool-servers.ts';
import type { UnreachedCode } from './reach-connector.ts';

export interface CallOptions {
  readonly key: string;
  readonly signal: AbortSignal;
}

/** Calls a tool on its server. Every failure is an outcome. */
export async function callConnector(
  servers: ToolServers,
  known: { readonly connector: Connector; readonly access: ConnectorAccess },
  tool: string,
  args: Readonly<Record<string, unknown>>,
  options: CallOptions,
): Promise<ToolOutcome> {
  try {
    const answer = await servers.call(known.connector, known.access, {
      tool,
      arguments: args,
      key: options.key,
      requestId: options.key,
      signal: options.signal,
    });
    return {
      status: 'done',
      isError: answer.isError,
      content: answer.content,
      ...(answer.structuredContent !== undefined && { structuredContent: answer.structuredContent }),
    };
  } catch (error) {
    if (!(error instanceof ToolServerFailure)) throw error;
    return toOutcome(error);
  }
}

/** A call that left and got no readable answer may have run: that is `unknown`, whatever broke on the way back. */
function toOutcome(failure: ToolServerFailure): ToolOutcome {
  const outcome = failedFor(failure.code, failure.message);
  if (!failure.mayHaveRun) return outcome;
  const doubt = failure.answered
    ? 'So it is not known what the call did; it was not repeated.'
    : 'The call had left, so it is not known whether the tool ran; it was not repeated.';
  const text = `${failure.message} ${doubt}`;
  return { ...outcome, status: 'unknown', content: [{ type: 'text', text }] };
}

/** Why a call that a person allowed, or should have been asked about, is not made. */
export function refusedCall(call: ToolCall, code: CallFailureCode | UnreachedCode, why: string): ToolOutcome {
  const { target } = call;
  const tool = target.kind === 'connector' ? `${target.tool} of ${target.connectorName}` : call.name;
  return failedFor(code, `${tool} was not called: ${why}`);
}
