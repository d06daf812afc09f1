import type { Caller, GuardedTool } from '@tramontane/guards';
import { isInputRequired } from '../asking/input-required.ts';
import type { ToolContext } from '../call-context.ts';
import type { Subject } from '../handler-context.ts';
import type { CompiledSchema, SchemaCompiler } from './compiled-schema.ts';
import type { JsonSchema, Tool } from './define-tool.ts';
import { MAX_RESULT_BYTES } from '../result-limit.ts';
import { compileParamHeaders, type ParamHeader } from './param-headers.ts';
import { checkTimeout, LONGEST_TIMEOUT_MS, refuse, within } from './refuse.ts';

/** A tool ready to be called. */
export interface CompiledTool {
  readonly name: string;
  readonly subject: Subject;
  /** Arguments that are repeated in headers; empty for most tools. */
  readonly paramHeaders: readonly ParamHeader[];
  readonly input: CompiledSchema;
  readonly output: CompiledSchema | undefined;
  readonly timeoutMs: number;
  readonly maxResultBytes: number;
  /** All of them; empty for most tools. */
  readonly scopes: readonly string[];
  readonly allow: ((args: unknown, caller: Caller | undefined) => boolean | string) | undefined;
  readonly handler: (args: unknown, context: ToolContext) => unknown;
  readonly published: PublishedTool;
  /** What guards may know of it. */
  readonly guarded: GuardedTool;
  /** Of a tool that can go on after its reply. */
  readonly task?: CompiledTask;
}

/** A tool in two parts, each called like one. */
export interface CompiledTask {
  readonly required: boolean;
  /** In the call itself. */
  readonly before: CompiledTool;
  /** In the background. */
  readonly body: CompiledTool;
  /** If the tool has one of its own: nobody waits, so the one for calls does not hold. */
  readonly timeoutMs: number | undefined;
}

/** As in tools/list. */
export interface PublishedTool {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly annotations?: object;
  readonly _meta?: object;
}

const TOOL_NAME = /^[A-Za-z0-9_./-]{1,64}$/;
const IDEMPOTENT_META = { 'io.tramontane/idempotent': true };

/** @throws KitError `definition_invalid` */
export function compileTool(tool: Tool, compileSchema: SchemaCompiler): CompiledTool {
  const subject = `Tool ${JSON.stringify(tool.name)}`;
  if (!TOOL_NAME.test(tool.name)) {
    refuse(subject, 'has a name that clients refuse. Use 1 to 64 of the characters A-Z a-z 0-9 _ . / -');
  }
  if (!tool.description?.trim()) refuse(subject, 'has no description. Say what it does and when to use it.');
  const input = within(`${subject}: input`, () => compileSchema(tool.input, 'input'));
  if (input.published['type'] !== 'object') {
    refuse(
      subject,
      'takes an input that is not an object. Use z.object({…}) or a JSON Schema with "type": "object".',
    );
  }
  const { output: outputSchema } = tool;
  const output = outputSchema && within(`${subject}: output`, () => compileSchema(outputSchema, 'output'));
  const compiled: CompiledTool = {
    name: tool.name,
    subject: { kind: 'tool', name: tool.name },
    paramHeaders: within(`${subject}: input`, () => compileParamHeaders(input.published)),
    input,
    output,
    timeoutMs: checkTimeout(subject, tool.timeoutMs),
    maxResultBytes: checkResultBytes(subject, tool.maxResultBytes),
    scopes: checkScopes(subject, tool.scopes),
    allow: tool.allow && ((args, caller) => tool.allow?.(args as never, caller) ?? true),
    handler: (args, context) => tool.handler(args as never, context),
    published: {
      name: tool.name,
      ...(tool.title !== undefined && { title: tool.title }),
      description: tool.description,
      inputSchema: input.published,
      ...(output && { outputSchema: output.published }),
      ...(tool.annotations && { annotations: tool.annotations }),
      ...(tool.idempotent && { _meta: IDEMPOTENT_META }),
    },
    guarded: { name: tool.name, idempotent: tool.idempotent === true, annotations: tool.annotations },
  };
  return withTask(tool, compiled);
}

function checkResultBytes(subject: string, bytes = MAX_RESULT_BYTES): number {
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  return refuse(subject, `has a maxResultBytes of ${bytes}. Give a whole number from 1.`);
}

/** RFC 6749, section 3.3: a scope goes into a header as it is. */
function checkScopes(subject: string, scopes: readonly string[] = []): readonly string[] {
  if (scopes.every(scope => /^[!#-[\]-~]+$/.test(scope))) return scopes;
  return refuse(
    subject,
    'has a scope that no token can carry. Use printable characters without spaces, " and \\.',
  );
}

function withTask(tool: Tool, body: CompiledTool): CompiledTool {
  const { task, beforeTask } = tool;
  if (task === undefined) {
    if (beforeTask)
      refuse(`Tool ${JSON.stringify(tool.name)}`, 'has "beforeTask" without "task". Give both.');
    return body;
  }
  const before = (args: unknown, context: ToolContext): unknown => beforeTask?.(args as never, context);
  const { output: _, ...withoutOutput } = body;
  return {
    ...body,
    // For callers that wait: one after the other.
    handler: async (args, context) => {
      const stopped = await before(args, context);
      return isInputRequired(stopped) ? stopped : body.handler(args, context);
    },
    task: {
      required: task === 'required',
      before: { ...withoutOutput, output: undefined, handler: before },
      // The task has the limit: one for all rounds, and for the answers between them.
      body: { ...body, timeoutMs: LONGEST_TIMEOUT_MS },
      timeoutMs: tool.timeoutMs,
    },
  };
}
