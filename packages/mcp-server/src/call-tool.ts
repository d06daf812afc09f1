import type { AuthInfo, ToolContext } from './call-context.ts';
import { runWithin, type CallScope } from './call-scope.ts';
import type { Catalogue } from './definition/catalogue.ts';
import type { CompiledTool } from './definition/compile-tool.ts';
import type { ToolResult } from './definition/define-tool.ts';
import { ToolError } from './kit-error.ts';
import { withFields, type Log } from './log.ts';
import { quote } from './quote.ts';
import { parseReturned, toValueResult } from './tool-result.ts';

/** What the way in (HTTP, or another transport) knows of a request beside its message. */
export interface RequestMeta {
  /** Aborts when the caller went away or the server stops. */
  readonly signal: AbortSignal;
  readonly requestId: string;
  readonly auth?: AuthInfo;
  /** Looks a header up by its lower-case name; absent on transports without headers, which turns their checks off. */
  readonly header?: (name: string) => string | undefined;
}

export type ToolFailure =
  | 'unknown_tool'
  | 'invalid_arguments'
  | 'timed_out'
  | 'permission_denied'
  | 'tool_failed'
  | 'internal'
  | 'aborted';

/** How a call ended, before any wire form. `message` is for the caller. */
export type ToolOutcome =
  | { readonly kind: 'result'; readonly result: ToolResult }
  | { readonly kind: 'failed'; readonly failure: ToolFailure; readonly message: string };

export interface ToolCall {
  readonly name: string;
  readonly args: unknown;
  readonly idempotencyKey: string | undefined;
}

export const INTERNAL_ERROR = 'Internal server error. The details are in the log of the server.';

/** Calls a tool: arguments checked, time limited, result checked. Never throws. */
export async function callTool(
  catalogue: Catalogue,
  call: ToolCall,
  meta: RequestMeta,
  log: Log,
): Promise<ToolOutcome> {
  const tool = catalogue.tools.get(call.name);
  if (tool === undefined) {
    return failed(
      'unknown_tool',
      `Unknown tool: ${quote(call.name)}. List the tools to see which there are.`,
    );
  }
  try {
    const ending = await runWithin(tool.timeoutMs, meta.signal, scope =>
      runTool(tool, call, meta, scope, log),
    );
    if (ending.kind === 'done') return ending.value;
    if (ending.kind === 'aborted') return failed('aborted', `The call of tool "${tool.name}" was cancelled.`);
    return failed(
      'timed_out',
      `Tool "${tool.name}" timed out after ${tool.timeoutMs / 1000} s. Try again, or ask for less.`,
    );
  } catch (error) {
    return toFailure(error, tool, meta, log);
  }
}

async function runTool(
  tool: CompiledTool,
  call: ToolCall,
  meta: RequestMeta,
  scope: CallScope,
  log: Log,
): Promise<ToolOutcome> {
  const checking = tool.input.check(call.args);
  const args = checking instanceof Promise ? await checking : checking;
  if (!args.ok) {
    return failed('invalid_arguments', `Invalid arguments for tool "${tool.name}": ${args.problem}.`);
  }
  const returned = parseReturned(await tool.handler(args.value, createContext(tool, call, meta, scope, log)));
  if (tool.output === undefined) {
    return {
      kind: 'result',
      result: returned.kind === 'value' ? toValueResult(returned.value) : returned.result,
    };
  }
  if (returned.kind === 'result' && returned.result.isError) {
    return { kind: 'result', result: returned.result };
  }

  const checked = await tool.output.check(
    returned.kind === 'value' ? returned.value : returned.result.structuredContent,
  );
  if (checked.ok) {
    const { value } = checked;
    return {
      kind: 'result',
      result:
        returned.kind === 'value' ? toValueResult(value) : { ...returned.result, structuredContent: value },
    };
  }
  log.error(
    { requestId: meta.requestId, tool: tool.name },
    `Tool "${tool.name}" returned what its output schema does not allow: ${checked.problem}.`,
  );
  return failed('internal', INTERNAL_ERROR);
}

function createContext(
  tool: CompiledTool,
  call: ToolCall,
  meta: RequestMeta,
  scope: CallScope,
  log: Log,
): ToolContext {
  return {
    get signal() {
      return scope.signal;
    },
    requestId: meta.requestId,
    log: withFields(log, { requestId: meta.requestId, tool: tool.name }),
    ...(meta.auth && { auth: meta.auth }),
    ...(call.idempotencyKey !== undefined && { idempotencyKey: call.idempotencyKey }),
  };
}

function toFailure(error: unknown, tool: CompiledTool, meta: RequestMeta, log: Log): ToolOutcome {
  const fields = { requestId: meta.requestId, tool: tool.name, err: error };
  if (error instanceof ToolError) {
    if (error.cause !== undefined) log.warn(fields, `Tool "${tool.name}" failed.`);
    return failed(error.code, error.message);
  }
  // A time limit of the handler's own: AbortSignal.timeout() rejects what waits on it with this name.
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    log.warn(fields, `Tool "${tool.name}" ran into a time limit of its own.`);
    return failed('timed_out', `Tool "${tool.name}" timed out. Try again, or ask for less.`);
  }
  log.error(fields, `Tool "${tool.name}" failed.`);
  return failed('internal', INTERNAL_ERROR);
}

function failed(failure: ToolFailure, message: string): ToolOutcome {
  return { kind: 'failed', failure, message };
}
