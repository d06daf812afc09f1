import type { Caller } from '@tramontane/guards';
import type { $ZodType } from 'zod/v4/core';
import type { InputRequired } from '../asking/input-required.ts';
import type { ToolContext } from '../call-context.ts';
import type { ContentBlock } from '../content.ts';

/** A JSON Schema 2020-12 object, published word for word. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export type ToolSchema = $ZodType | JsonSchema;

/** Hints for hosts (MCP 2026-07-28, server/tools, "ToolAnnotations"); a client must not trust them. */
export interface ToolAnnotations {
  readonly title?: string;
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** A tool's answer in full. `isError` marks a failure that the model can read and act on. */
export interface ToolResult {
  readonly content: readonly ContentBlock[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/**
 * - a string: one text block;
 * - a content block, or an array of them, made by `text()`, `image()`, …;
 * - a `ToolResult`: passed on as it is;
 * - `inputRequired()`: the client has to answer first, and calls again;
 * - any other value: `structuredContent`, with the same value as JSON in a text block.
 */
export type ToolReturn<Value> =
  Value | string | ContentBlock | readonly ContentBlock[] | ToolResult | InputRequired;

interface ToolCommon {
  /** 1 to 64 of `A-Z a-z 0-9 _ . / -`; unique in the server. */
  readonly name: string;
  readonly title?: string;
  /** What the tool does and when to use it: this is what a model chooses by. */
  readonly description: string;
  readonly annotations?: ToolAnnotations;
  /**
   * What a caller's token needs to call this tool. Who lacks one does not find it in lists, and a call is refused with
   * `insufficient_scope`. A server with such tools opens only where callers authenticate; on stdio all may be called.
   */
  readonly scopes?: readonly string[];
  /** The handler honours `context.idempotencyKey`. Published as `_meta["io.tramontane/idempotent"]`. */
  readonly idempotent?: boolean;
  /** Milliseconds until `context.signal` aborts and the caller is told; 60,000 unless given. */
  readonly timeoutMs?: number;
  /**
   * Bytes of a result, as JSON; above it the caller is told to ask for less. The `maxResultBytes` of the server unless
   * given, which is 16 MiB.
   */
  readonly maxResultBytes?: number;
  /**
   * The call may go on after its reply, as a task (extension `io.modelcontextprotocol/tasks` of 2026-07-28). `optional`:
   * for clients that know tasks; all others wait for the result. `required`: nobody can wait for it, and other clients
   * are refused. The handler is the same, and runs once: `elicit` waits for the answer, `progress` sets the message of
   * the task, `signal` aborts when it is cancelled. Without `timeoutMs` it may take an hour
   * (`tasks.timeoutMs` of the server).
   */
  readonly task?: 'optional' | 'required';
}

/**
 * Runs in the call itself, before the handler and before there is a task: throw to refuse, ask what has to be known
 * first. The handler gets the same answers when it asks by the same `key`.
 */
type BeforeTask<Args> = (
  args: Args,
  context: ToolContext,
) => InputRequired | void | Promise<InputRequired | void>;

/**
 * Whether this caller may call the tool with these arguments, which are checked already: `true`, or why not, in words
 * for the model. `caller` is `undefined` where nobody authenticates.
 */
type Allow<Args> = (args: Args, caller: Caller | undefined) => boolean | string;

type Handler<Args, Value> = (
  args: Args,
  context: ToolContext,
) => ToolReturn<Value> | Promise<ToolReturn<Value>>;

/**
 * A zod 4 schema, as far as types are read from it. Asking for all of `$ZodType` would make the compiler compare every
 * schema with it in full, which costs more than everything else in a tool's types (test/kit/type-cost.test.ts).
 */
export interface TypedSchema {
  readonly _zod: { readonly output: unknown; readonly input: unknown };
}

export interface ZodToolDefinition<Input extends TypedSchema, Output extends TypedSchema> extends ToolCommon {
  /** A zod 4 schema of an object. The handler gets its output: defaults filled in, transforms done. */
  readonly input: Input;
  /** What a returned value looks like; checked after the handler, which returns the schema's input. */
  readonly output?: Output | JsonSchema;
  readonly handler: Handler<Input['_zod']['output'], Output['_zod']['input']>;
  readonly beforeTask?: BeforeTask<Input['_zod']['output']>;
  readonly allow?: Allow<Input['_zod']['output']>;
}

export interface JsonSchemaToolDefinition<Args, Output extends TypedSchema> extends ToolCommon {
  /** A JSON Schema with `type: "object"`. */
  readonly input: JsonSchema;
  /** What a returned value looks like; checked after the handler, which returns the schema's input. */
  readonly output?: Output | JsonSchema;
  readonly handler: Handler<Args, Output['_zod']['input']>;
  readonly beforeTask?: BeforeTask<Args>;
  readonly allow?: Allow<Args>;
}

/** A declared tool; hand it to `createMcpServer`. */
export interface Tool extends ToolCommon {
  readonly input: ToolSchema;
  readonly output?: ToolSchema;
  readonly handler: (args: never, context: ToolContext) => unknown;
  readonly beforeTask?: (args: never, context: ToolContext) => unknown;
  readonly allow?: (args: never, caller: Caller | undefined) => boolean | string;
}

/**
 * Declares a tool. The handler's arguments are typed by the zod schema; with a JSON Schema they are
 * `Record<string, unknown>` unless a type is given: `defineTool<{ id: string }>({ … })`.
 * Nothing is checked here: `createMcpServer` does it, and names the tool.
 */
export function defineTool<Input extends TypedSchema, Output extends TypedSchema = TypedSchema>(
  definition: ZodToolDefinition<Input, Output>,
): Tool;
export function defineTool<
  Args extends object = Record<string, unknown>,
  Output extends TypedSchema = TypedSchema,
>(definition: JsonSchemaToolDefinition<Args, Output>): Tool;
export function defineTool(definition: object): Tool {
  return definition as Tool;
}
