import type { ToolOutcome } from './call-tool.ts';
import type { ContentBlock } from './content.ts';
import type { Tool } from './definition/define-tool.ts';
import { failed } from './failure.ts';

/** As much as may wait for a client that does not read. */
export const MAX_RESULT_BYTES = 16 * 1024 * 1024;

/** What a tool does not say of itself, the server says. */
export function withResultLimit(tools: readonly Tool[], maxResultBytes = MAX_RESULT_BYTES): readonly Tool[] {
  return tools.map(tool => (tool.maxResultBytes === undefined ? { ...tool, maxResultBytes } : tool));
}

/** A result that is too large becomes a failure that a model can act on: it would fill its context or the memory here. */
export function limitResult(outcome: ToolOutcome, tool: string, maxBytes: number): ToolOutcome {
  if (outcome.kind !== 'result') return outcome;
  const { valueJson, result } = outcome;
  const texts = valueJson === undefined ? toTexts(result.content, result.structuredContent) : [valueJson];
  if (!isLonger(texts, maxBytes)) return outcome;
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return failed(
    'result_too_large',
    `Tool "${tool}" has run, and its result of ${bytes} bytes is more than the ${maxBytes} that are let through. ` +
      'Ask for less at a time.',
  );
}

function toTexts(content: readonly ContentBlock[], value: unknown): readonly string[] {
  const ofBlocks = content.map(block => {
    if (block.type === 'text') return block.text;
    return 'data' in block ? block.data : JSON.stringify(block);
  });
  return value === undefined ? ofBlocks : [...ofBlocks, JSON.stringify(value)];
}

/** Bytes are counted only where the number of characters does not decide: one has three bytes at most. */
function isLonger(texts: readonly string[], maxBytes: number): boolean {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  if (characters * 3 <= maxBytes) return false;
  return characters > maxBytes || texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) > maxBytes;
}
