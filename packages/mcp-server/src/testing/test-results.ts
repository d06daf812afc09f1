import type { ContentBlock, ResourceContents } from '../content.ts';
import type { Json, TestPrompt, TestReadResult, TestToolResult } from './test-client-types.ts';

export function toToolResult<Structured>(result: Json): TestToolResult<Structured> {
  const content = result['content'] as readonly ContentBlock[];
  return {
    content,
    structuredContent: result['structuredContent'] as Structured,
    isError: result['isError'] === true,
    text: content.flatMap(block => (block.type === 'text' ? [block.text] : [])).join('\n'),
    ...(result['_meta'] !== undefined && { _meta: result['_meta'] as Json }),
  };
}

export function toReadResult(result: Json): TestReadResult {
  const contents = result['contents'] as readonly ResourceContents[];
  const [first] = contents;
  return { contents, text: first && 'text' in first ? first.text : '' };
}

export function toPrompt(result: Json): TestPrompt {
  return {
    messages: result['messages'] as TestPrompt['messages'],
    ...(typeof result['description'] === 'string' && { description: result['description'] }),
  };
}
