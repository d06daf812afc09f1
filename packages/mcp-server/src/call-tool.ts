import { runWithin, type CallScope, type Ending } from './call-scope.ts';
import type { Catalogue } from './definition/catalogue.ts';
import type { CompiledTool } from './definition/compile-tool.ts';
import type { ToolResult } from './definition/define-tool.ts';
import { failed, INTERNAL_ERROR, toFailed, type Failed } from './failure.ts';
import { HandlerContext, type Run } from './handler-context.ts';
import type { Log } from './log.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';
import { lacksScopes, refuseArguments, refuseScopes } from './may-call.ts';
import { quote } from './quote.ts';
import { limitResult } from './result-limit.ts';
import { runHandler, type InputNeeded } from './run-handler.ts';
import { TASKS_CAPABILITY } from './tasks/task.ts';
import { parseReturned, toValueJson, toValueResult, type Returned } from './tool-result.ts';

/** How a call ended, before any wire form. */
export type ToolOutcome =
  | {
      readonly kind: 'result';
      readonly result: ToolResult;
      /** `structuredContent` as JSON. The content is then one text block with the same. */
      readonly valueJson?: string;
    }
  | InputNeeded
  | Failed;

export interface ToolCall extends Run {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Calls a tool: arguments checked, time limited, result checked. Never throws or rejects. */
export function callTool(catalogue: Catalogue, call: ToolCall, log: Log): MaybePromise<ToolOutcome> {
  const tool = catalogue.tools.get(call.name);
  if (tool === undefined) {
    return failed('unknown', `Unknown tool: ${quote(call.name)}. List the tools to see which there are.`);
  }
  if (tool.task?.required) {
    return {
      kind: 'failed',
      failure: 'capability_missing',
      message: `Tool "${tool.name}" runs as a task only, and the client did not declare that it knows tasks.`,
      required: TASKS_CAPABILITY,
    };
  }
  return callCompiled(tool, call, log);
}

/** As above, for a tool that was found, or a part of one. */
export function callCompiled(tool: CompiledTool, call: ToolCall, log: Log): MaybePromise<ToolOutcome> {
  if (lacksScopes(tool, call.meta)) return refuseScopes(tool);
  const toError = (error: unknown): Failed => {
    const fields = { requestId: call.meta.requestId, tool: tool.name };
    return toFailed(error, `Tool "${tool.name}"`, fields, log);
  };
  try {
    const ending = runWithin(tool.timeoutMs, call.meta, scope => runTool(tool, call, scope, log));
    if (ending instanceof Promise) return ending.then(ended => toOutcome(ended, tool), toError);
    return toOutcome(ending, tool);
  } catch (error) {
    return toError(error);
  }
}

function toOutcome(ending: Ending<ToolOutcome>, tool: CompiledTool): ToolOutcome {
  const { name, timeoutMs, maxResultBytes } = tool;
  if (ending.kind === 'done') return limitResult(ending.value, name, maxResultBytes);
  if (ending.kind === 'aborted') return failed('aborted', `The call of tool "${name}" was cancelled.`);
  return toTimedOut(name, timeoutMs);
}

export function toTimedOut(name: string, timeoutMs: number): Failed {
  return failed(
    'timed_out',
    `Tool "${name}" timed out after ${timeoutMs / 1000} s. Try again, or ask for less.`,
  );
}

function runTool(tool: CompiledTool, call: ToolCall, scope: CallScope, log: Log): MaybePromise<ToolOutcome> {
  return andThen(tool.input.check(call.args), args => {
    if (!args.ok) {
      return failed('invalid_arguments', `Invalid arguments for tool "${tool.name}": ${args.problem}.`);
    }
    const refused = refuseArguments(tool, args.value, call.meta.auth);
    if (refused) return refused;
    const context = new HandlerContext(call, tool.subject, scope, log);
    return andThen(
      runHandler(context, () => tool.handler(args.value, context)),
      handled => (handled.kind === 'input_needed' ? handled : checkReturned(tool, call, handled.value, log)),
    );
  });
}

function checkReturned(
  tool: CompiledTool,
  call: ToolCall,
  value: unknown,
  log: Log,
): MaybePromise<ToolOutcome> {
  const returned = parseReturned(value);
  if (returned.kind === 'result' && (tool.output === undefined || returned.result.isError)) {
    return { kind: 'result', result: returned.result };
  }
  if (tool.output === undefined) return toResultOf(returned, value);
  return andThen(
    tool.output.check(returned.kind === 'value' ? value : returned.result.structuredContent),
    checked => {
      if (checked.ok) return toResultOf(returned, checked.value);
      log.error(
        { requestId: call.meta.requestId, tool: tool.name },
        `Tool "${tool.name}" returned what its output schema does not allow: ${checked.problem}.`,
      );
      return failed('internal', INTERNAL_ERROR);
    },
  );
}

/** `value`: as the output schema left it. */
function toResultOf(returned: Returned, value: unknown): ToolOutcome {
  if (returned.kind === 'result') {
    return { kind: 'result', result: { ...returned.result, structuredContent: value } };
  }
  const valueJson = toValueJson(value);
  return { kind: 'result', result: toValueResult(value, valueJson), valueJson };
}
