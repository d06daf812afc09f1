import { convertValue } from './convert-value.ts';
import type { Slot } from './offline-tool.ts';
import { QUOTED } from './scan.ts';
import type { Scan, Span } from './scan.ts';
import { escapePattern } from './words.ts';

const QUOTE = `(?:${QUOTED.source})`;

/** The property's name as a person may write it: `user_id`, "user id", "user-id", "userId". */
export function namePattern(slot: Slot): string {
  return slot.words.map(escapePattern).join(String.raw`[\s_-]*`);
}

/**
 * A value that the text gives by the property's name: `title: Login broken`, `priority=high`, "title 'Login broken'",
 * "titled 'Login broken'", "with limit 5".
 */
export function findExplicit(slot: Slot, scan: Scan): unknown {
  const name = namePattern(slot);
  if (name === '') return undefined;
  const open = String.raw`(?<![\w-])${name}`;
  // A text runs on until the next `name:` or the end of its line; another value is one word.
  const long = String.raw`[^\n;]+?(?=\s*(?:[,;]\s*(?:and\s+)?[\w -]{1,30}[:=]|[;\n]|$))`;
  const short = String.raw`[^\s,;]+`;
  const wide = (slot.type === 'string' || slot.type === 'array') && slot.schema['enum'] === undefined;
  const isId = /^(?:id|key|code|number|uuid|email|url)$/.test(slot.words.at(-1) ?? '');

  const patterns = [
    String.raw`${open}["']?\s*(?:[:=]|\bis\b)\s*${QUOTE}`,
    String.raw`${open}(?:d|ed)?\s+(?:(?:of|is|as|to)\s+)?${QUOTE}`,
    String.raw`${open}["']?\s*[:=]\s*(${wide && !isId ? long : short})`,
    // "with title Login broken": ends where the next clause begins.
    String.raw`\b(?:with|set|whose|and)\s+(?:(?:the|a|an|its)\s+)?${name}\s+(?:(?:of|is|as|to|set to)\s+)?` +
      (wide && !isId ? String.raw`([^\n,;.]+?)(?=\s*(?:[,;.\n]|\band\b|\bwith\b|$))` : `(${short})`),
  ];
  if (slot.type === 'array') patterns.unshift(String.raw`${open}["']?\s*[:=]\s*(\[[^\]\n]*\])`);
  for (const pattern of patterns) {
    const found = scan.find(new RegExp(pattern, 'i'));
    if (!found) continue;
    // The full stop of a sentence is not part of a value; what stands in quotation marks is all of it.
    const raw = pattern.endsWith(QUOTE) ? found.value : found.value.replace(/[.!?,]+$/, '');
    const value = convertValue(raw, slot.schema);
    if (value === undefined) continue;
    scan.take(found);
    return value;
  }
  return undefined;
}

/** Takes a value together with the property's name beside it: "high priority", "priority high". */
export function takeWithName(slot: Slot, scan: Scan, span: Span): void {
  const name = namePattern(slot);
  const after =
    new RegExp(String.raw`^[\s-]*${name}\b`, 'i').exec(scan.text.slice(span.end))?.[0].length ?? 0;
  const before =
    new RegExp(
      String.raw`(?:\b(?:with|at|of|and)\s+)?(?:\b(?:a|an|the)\s+)?(?:\b${name}[\s:=-]*)?$`,
      'i',
    ).exec(scan.text.slice(0, span.start))?.[0].length ?? 0;
  scan.take({ start: span.start - before, end: span.end + after });
}
