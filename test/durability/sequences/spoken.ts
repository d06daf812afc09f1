import type { FoldedEntry } from '../../api/read-stream.ts';
import { isRecord } from '../../api/shapes.ts';

/** An entry whose content is pieces of one kind each, however many deltas they came in. */
export function toSpoken(entry: FoldedEntry): FoldedEntry {
  if (!entry.content) return entry;
  const pieces: { kind: string; text: string }[] = [];
  for (const { kind, text } of entry.content.map(toPiece)) {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else pieces.push({ kind, text });
  }
  return { ...entry, content: pieces };
}

function toPiece(chunk: unknown): { kind: string; text: string } {
  if (typeof chunk === 'string') return { kind: 'text', text: chunk };
  if (!isRecord(chunk)) return { kind: 'other', text: JSON.stringify(chunk) };
  if (chunk['type'] === 'text') return { kind: 'text', text: String(chunk['text']) };
  const { thinking } = chunk;
  if (chunk['type'] !== 'thinking' || !Array.isArray(thinking))
    return { kind: 'other', text: JSON.stringify(chunk) };
  return {
    kind: 'thinking',
    text: thinking.map((part: unknown) => (isRecord(part) ? String(part['text']) : '')).join(''),
  };
}
