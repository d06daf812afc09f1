import { type ContentBlock, isSpecType } from '@modelcontextprotocol/client';
import { isRecord } from './json.ts';

const LONGEST_SHOWN = 300;

/**
 * The content of a tool's result with every block in a form this client knows. The SDK throws away a whole result
 * for one block it does not know, although the tool has run and its other blocks are sound.
 */
export function toKnownBlocks(content: readonly unknown[]): ContentBlock[] {
  return content.map(toKnownBlock);
}

function toKnownBlock(block: unknown): ContentBlock {
  if (isSpecType.ContentBlock(block)) return block;
  if (!isRecord(block)) return { type: 'text', text: `A part that is no content block: ${shown(block)}` };
  // Odd extras must not cost the picture they decorate.
  const { annotations: _annotations, _meta, ...bare } = block;
  if (isSpecType.ContentBlock(bare)) return bare;
  const { type } = block;
  const text =
    typeof type === 'string'
      ? `A block of type "${type.slice(0, 80)}" that this client ${KNOWN_TYPES.has(type) ? 'cannot read' : 'does not know'}: ${shown(block)}`
      : `A block without a type: ${shown(block)}`;
  return { type: 'text', text };
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(['text', 'image', 'audio', 'resource_link', 'resource']);

function shown(value: unknown): string {
  let json: string;
  try {
    json = JSON.stringify(value);
  } catch {
    // What was nested deep enough can be read and not written again.
    return '(nested too deep to be shown)';
  }
  return json.length > LONGEST_SHOWN ? `${json.slice(0, LONGEST_SHOWN)}…` : json;
}
