import { namePattern } from './find-explicit.ts';
import { isIdSlot } from './find-typed.ts';
import type { Slot } from './offline-tool.ts';
import { QUOTED } from './scan.ts';
import type { Found, Scan } from './scan.ts';
import { findWords, isPlainWord, stem } from './words.ts';

const PROSE =
  /^(?:title|subject|headline|summary|description|body|message|content|text|note|notes|comment|details|reason|query|question|prompt|input|topic)$/;
const LONG_PROSE = /^(?:body|message|content|text|note|notes|comment|details|description)$/;
const PLACE = /^(?:city|town|location|place|country|region|state|address|area|where)$/;
const FROM = /^(?:from|source|origin|src|departure)$/;
const TO = /^(?:to|target|destination|dest|dst|arrival|recipient|receiver)$/;

const has = (slot: Slot, pattern: RegExp): boolean => slot.words.some(word => pattern.test(word));

/** Text that may say anything: the same words may serve as title and as description. */
export function isProse(slot: Slot): boolean {
  return has(slot, PROSE);
}

/** A quotation, for a text without a form of its own. */
export function findQuoted(slot: Slot, scan: Scan): string | undefined {
  if (slot.type !== 'string' || slot.schema['enum'] !== undefined) return undefined;
  const format = slot.schema['format'];
  if (format === 'email' || format === 'uuid' || format === 'uri') return undefined;
  const found = scan.find(QUOTED);
  if (!found) return undefined;
  scan.take(found);
  return found.value;
}

/** Places, ends of a journey, what someone is to be told: recognised by the word before them. */
export function findByPreposition(slot: Slot, scan: Scan): string | undefined {
  if (slot.type !== 'string' || isIdSlot(slot) || slot.schema['enum'] !== undefined) return undefined;
  const take = (found: Found | undefined): string | undefined => {
    const value = found?.value.trim().replace(/[.!?,]+$/, '');
    if (!found || !value) return undefined;
    scan.take(found);
    return value;
  };
  const proper = String.raw`(\p{Lu}[\p{L}\p{N}.'-]*(?:\s+\p{Lu}[\p{L}\p{N}.'-]*)*)`;
  if (has(slot, FROM))
    return take(
      scan.find(new RegExp(String.raw`\bfrom\s+(?:the\s+)?${proper}`, 'u')) ??
        scan.find(/\bfrom\s+([\w-]+)/i),
    );
  if (has(slot, TO))
    return take(
      scan.find(new RegExp(String.raw`\bto\s+(?:the\s+)?${proper}`, 'u')) ??
        scan.find(/\bto\s+(?!the\b|a\b|me\b)([\w-]+)(?=\s*(?:$|[.,;:]|\b(?:from|about|with|saying)\b))/i),
    );
  if (has(slot, PLACE))
    return take(scan.find(new RegExp(String.raw`\b(?:in|at|for|from|near|of)\s+(?:the\s+)?${proper}`, 'u')));
  if (has(slot, /^name$|^user$|^customer$|^person$|^who$|^author$|^owner$|^assignee$/)) {
    return take(
      scan.find(new RegExp(String.raw`\b(?:named|called|for|of|by|to|with|is|about)\s+${proper}`, 'u')),
    );
  }
  if (has(slot, LONG_PROSE)) {
    return take(
      scan.find(
        /\b(?:saying|that says|which says|telling (?:him|her|them|us)|to say)(?:\s+that)?[:\s]+([^\n]+)/i,
      ),
    );
  }
  return undefined;
}

/** The longest piece that nobody has taken, without the words around it that only ask for the tool. */
export function findRest(scan: Scan, toolWords: ReadonlySet<string>): string | undefined {
  return scan
    .rest()
    .flatMap(piece => piece.split(/[\n;]|(?<=[.!?])\s|,\s/))
    .map(piece => trimEdges(piece, toolWords))
    .sort((a, b) => b.length - a.length)
    .find(piece => piece !== '');
}

function trimEdges(piece: string, toolWords: ReadonlySet<string>): string {
  const words = findWords(piece);
  const first = words.findIndex(word => !isPlainWord(word.text) && !toolWords.has(stem(word.text)));
  const last = words.findLastIndex(word => !isPlainWord(word.text));
  const from = words[first]?.start;
  const to = words[last]?.end;
  return from === undefined || to === undefined ? '' : piece.slice(from, to);
}

/** What a person must add, in words. */
export function describeSlot(slot: Slot): string {
  const choices = slot.schema['enum'];
  const hint = Array.isArray(choices)
    ? `one of ${choices.map(String).join(', ')}`
    : slot.description.split(/(?<=[.!?])\s/)[0]?.replace(/[.!?]$/, '');
  return hint ? `${slot.name} (${hint})` : slot.name;
}

/** A name alone is no value: "with title" says nothing. */
export function isOnlyName(slot: Slot, value: string): boolean {
  return new RegExp(`^${namePattern(slot)}$`, 'i').test(value.trim());
}
