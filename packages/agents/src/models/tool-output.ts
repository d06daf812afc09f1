import type { ToolContent, ToolOutcome } from '@tramontane/engine';
import type { JSONValue, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';

type Output = LanguageModelV4ToolResultPart['output'];

/** UTF-16 units of one result that a model is shown. Uncapped results end turns: they fill the context window. */
export const MAX_RESULT_CHARACTERS = 64_000;

/** The text, cut at the limit with a sentence that says how much is missing. */
export function capText(text: string, limit: number = MAX_RESULT_CHARACTERS): string {
  if (text.length <= limit) return text;
  // A cut inside a surrogate pair would leave half a character, which vendors refuse as invalid UTF-8.
  const end = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1)) ? limit - 1 : limit;
  return (
    `${text.slice(0, end)}\n[This result is ${text.length} characters long; the last ${text.length - end} ` +
    'were left out. Ask for a smaller part to see the rest.]'
  );
}

/** What a model is shown of a tool call's end. `images`: whether it can look at pictures in a tool result. */
export function toToolOutput(outcome: ToolOutcome, images: boolean): Output {
  const text = outcome.content
    .map(block => describeBlock(block, images))
    .filter(piece => piece !== '')
    .join('\n');

  if (outcome.isError || outcome.status !== 'done') {
    const reason = text || toJsonText(outcome.structuredContent) || 'The tool failed without saying why.';
    return { type: 'error-text', value: capText(reason) };
  }
  const pictures = images ? outcome.content.flatMap(toImagePart) : [];
  // Structured content repeats the text (MCP asks servers to send both): sent twice it would be paid for twice.
  const words = text || toJsonText(outcome.structuredContent);
  if (pictures.length > 0) {
    const parts = words === '' ? [] : [{ type: 'text' as const, text: capText(words) }];
    return { type: 'content', value: [...parts, ...pictures] };
  }
  if (text === '' && outcome.structuredContent !== undefined && words.length <= MAX_RESULT_CHARACTERS) {
    return { type: 'json', value: outcome.structuredContent as JSONValue };
  }
  return { type: 'text', value: capText(words || 'The tool gave no output.') };
}

function toJsonText(value: unknown): string {
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

function textField(block: ToolContent, name: string): string | undefined {
  const value = block[name];
  return typeof value === 'string' ? value : undefined;
}

function describeBlock(block: ToolContent, images: boolean): string {
  const mediaType = textField(block, 'mimeType') ?? 'unknown type';
  switch (block.type) {
    case 'text':
      return textField(block, 'text') ?? '';
    case 'image':
      return images ? '' : `[An image (${mediaType}) that cannot be shown here.]`;
    case 'audio':
      return `[A sound (${mediaType}) that cannot be played here.]`;
    case 'resource_link':
      return `[Resource ${textField(block, 'name') ?? ''}: ${textField(block, 'uri') ?? ''}]`;
    case 'resource': {
      const resource = block['resource'];
      if (typeof resource !== 'object' || resource === null) return '';
      const { text, uri } = resource as { text?: unknown; uri?: unknown };
      return typeof text === 'string' ? text : `[Resource ${String(uri)}, not text.]`;
    }
    default:
      return JSON.stringify(block);
  }
}

function toImagePart(block: ToolContent): Extract<Output, { type: 'content' }>['value'] {
  const data = textField(block, 'data');
  if (block.type !== 'image' || data === undefined) return [];
  return [
    { type: 'file', mediaType: textField(block, 'mimeType') ?? 'image/png', data: { type: 'data', data } },
  ];
}
