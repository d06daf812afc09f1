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

interface ToolCommon<Value> {
  /** 1 to 64 of `A-Z a-z 0-9 _ . / -`; unique in the server. */
  readonly name: string;
  readonly title?: string;
  /** What the tool does and when to use it: this is what a model chooses by. */
  readonly description: string;
  /** What a returned value looks like; checked after the handler. */
  readonly output?: $ZodType<unknown, Value> | JsonSchema;
  readonly annotations?: ToolAnnotations;
  /** The handler honours `context.idempotencyKey`. Published as `_meta["io.tramontane/idempotent"]`. */
  readonly idempotent?: boolean;
  /** Milliseconds until `context.signal` aborts and the caller is told; 60,000 unless given. */
  readonly timeoutMs?: number;
}

type Handler<Args, Value> = (
  args: Args,
  context: ToolContext,
) => ToolReturn<NoInfer<Value>> | Promise<ToolReturn<NoInfer<Value>>>;

export interface ZodToolDefinition<Args, Value> extends ToolCommon<Value> {
  /** A zod 4 schema of an object. The handler gets its output: defaults filled in, transforms done. */
  readonly input: $ZodType<Args>;
  readonly handler: Handler<Args, Value>;
}

export interface JsonSchemaToolDefinition<Args, Value> extends ToolCommon<Value> {
  /** A JSON Schema with `type: "object"`. */
  readonly input: JsonSchema;
  readonly handler: Handler<Args, Value>;
}

/** A declared tool; hand it to `createMcpServer`. */
export interface Tool extends Omit<ToolCommon<unknown>, 'output'> {
  readonly input: ToolSchema;
  readonly output?: ToolSchema;
  readonly handler: (args: never, context: ToolContext) => unknown;
}

/**
 * Declares a tool. The handler's arguments are typed by the zod schema; with a JSON Schema they are
 * `Record<string, unknown>` unless a type is given: `defineTool<{ id: string }>({ … })`.
 * Nothing is checked here: `createMcpServer` does it, and names the tool.
 */
export function defineTool<Args, Value = unknown>(definition: ZodToolDefinition<Args, Value>): Tool;
export function defineTool<Args extends object = Record<string, unknown>, Value = unknown>(
  definition: JsonSchemaToolDefinition<Args, Value>,
): Tool;
export function defineTool(definition: Tool): Tool {
  return definition;
}
