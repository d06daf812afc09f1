import { runWithin, type CallScope } from './call-scope.ts';
import type { Catalogue } from './definition/catalogue.ts';
import type { CompiledTool } from './definition/compile-tool.ts';
import type { ToolResult } from './definition/define-tool.ts';
import { failed, INTERNAL_ERROR, toFailed, type Failed } from './failure.ts';
import { HandlerContext, type Run } from './handler-context.ts';
import type { Log } from './log.ts';
import { quote } from './quote.ts';
import { runHandler, type InputNeeded } from './run-handler.ts';
import { parseReturned, toValueResult } from './tool-result.ts';

/** How a call ended, before any wire form. */
export type ToolOutcome = { readonly kind: 'result'; readonly result: ToolResult } | InputNeeded | Failed;

export interface ToolCall extends Run {
  readonly name: string;
  readonly args: unknown;
}

/** Calls a tool: arguments checked, time limited, result checked. Never throws. */
export async function callTool(catalogue: Catalogue, call: ToolCall, log: Log): Promise<ToolOutcome> {
  const tool = catalogue.tools.get(call.name);
  if (tool === undefined) {
    return failed('unknown', `Unknown tool: ${quote(call.name)}. List the tools to see which there are.`);
  }
  try {
    const ending = await runWithin(tool.timeoutMs, call.meta.signal, scope => runTool(tool, call, scope, log));
    if (ending.kind === 'done') return ending.value;
    if (ending.kind === 'aborted') return failed('aborted', `The call of tool "${tool.name}" was cancelled.`);
    return failed(
      'timed_out',
      `Tool "${tool.name}" timed out after ${tool.timeoutMs / 1000} s. Try again, or ask for less.`,
    );
  } catch (error) {
    const fields = { requestId: call.meta.requestId, tool: tool.name };
    return toFailed(error, `Tool "${tool.name}"`, fields, log);
  }
}

async function runTool(tool: CompiledTool, call: ToolCall, scope: CallScope, log: Log): Promise<ToolOutcome> {
  const checking = tool.input.check(call.args);
  const args = checking instanceof Promise ? await checking : checking;
  if (!args.ok) {
    return failed('invalid_arguments', `Invalid arguments for tool "${tool.name}": ${args.problem}.`);
  }
  const context = new HandlerContext(call, tool.subject, scope, log);
  const handled = await runHandler(context, () => tool.handler(args.value, context));
  if (handled.kind === 'input_needed') return handled;
  const returned = parseReturned(handled.value);
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
    { requestId: call.meta.requestId, tool: tool.name },
    `Tool "${tool.name}" returned what its output schema does not allow: ${checked.problem}.`,
  );
  return failed('internal', INTERNAL_ERROR);
}
