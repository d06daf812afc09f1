import { isContentBlock, type ContentBlock } from './content.ts';
import type { ToolResult } from './definition/define-tool.ts';

const RESULT_FIELDS = new Set(['content', 'structuredContent', 'isError', '_meta']);
const BLOCK_TYPES = new Set(['text', 'image', 'audio', 'resource', 'resource_link']);

/** A value is not rendered yet: an output schema may still change it (defaults, fields it strips). */
export type Returned =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'result'; readonly result: ToolResult };

/** Tells what a handler returned; the rules are those of `ToolReturn`. */
export function parseReturned(returned: unknown): Returned {
  if (returned === undefined) return toResult([]);
  if (typeof returned === 'string') return toResult([{ type: 'text', text: returned }]);
  if (isContentBlock(returned)) return toResult([returned]);
  if (isBlockList(returned)) return toResult(returned);
  if (isToolResult(returned)) return { kind: 'result', result: returned };
  return { kind: 'value', value: returned };
}

/** A value as structured content, and as JSON text for clients that read text only. */
export function toValueResult(value: unknown, json = toValueJson(value)): ToolResult {
  return { content: [{ type: 'text', text: json }], structuredContent: value };
}

/** @throws TypeError for what JSON cannot carry: functions, BigInt, cycles. */
export function toValueJson(value: unknown): string {
  const json: string | undefined = JSON.stringify(value);
  if (json === undefined)
    throw new TypeError(`A handler returned a ${typeof value}, which JSON cannot carry.`);
  return json;
}

function toResult(content: readonly ContentBlock[]): Returned {
  return { kind: 'result', result: { content } };
}

function isBlockList(value: unknown): value is readonly ContentBlock[] {
  return Array.isArray(value) && value.length > 0 && value.every(isContentBlock);
}

/**
 * An object is a full result only if nothing about it says otherwise: a returned record that happens to have a
 * field `content` stays a value.
 */
function isToolResult(value: unknown): value is ToolResult {
  if (typeof value !== 'object' || value === null || !('content' in value) || !Array.isArray(value.content))
    return false;
  return (
    Object.keys(value).every(key => RESULT_FIELDS.has(key)) &&
    value.content.every(
      (block: unknown) =>
        typeof block === 'object' && block !== null && 'type' in block && BLOCK_TYPES.has(String(block.type)),
    )
  );
}

/** The texts of a result, for forms that have one string only. */
export function toText(result: ToolResult): string {
  return result.content.flatMap(block => (block.type === 'text' ? [block.text] : [])).join('\n');
}
