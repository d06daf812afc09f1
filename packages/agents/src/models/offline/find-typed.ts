import { NUMBER, toNumber } from './convert-value.ts';
import { namePattern, takeWithName } from './find-explicit.ts';
import type { Schema, Slot } from './offline-tool.ts';
import { resolveSchema, typeOf } from './offline-tool.ts';
import { QUOTED } from './scan.ts';
import type { Found, Scan } from './scan.ts';
import { escapePattern, singular, splitName } from './words.ts';

// The look behind keeps a long word from being tried at each of its letters.
const EMAIL = /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/;
const LINK = /https?:\/\/[^\s"'<>`]*[^\s"'<>`.,;:!?)]/;
const DATE = /\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/;
const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/i;
/** Letters and digits together, as people number things: ORD-1042, TICK-0001, a7. */
const CODE = /(?<![\w@./-])(?=[\w-]*\d)(?=[\w-]*[a-z])[a-z]+[\w-]*\d[\w-]*|(?<![\w@./-])\d[\w-]*[a-z][\w-]*/i;

const LIMIT_WORDS = new Set([
  'limit',
  'count',
  'max',
  'maximum',
  'top',
  'size',
  'results',
  'n',
  'first',
  'rows',
]);

const ID_WORDS = /^(?:id|ids|key|code|number|no|ref|reference|sku|token|uuid|identifier|nr)$/;

/** True for a property that holds the name of a thing in a machine: never filled with loose words. */
export function isIdSlot(slot: Slot): boolean {
  return ID_WORDS.test(slot.words.at(-1) ?? '') || slot.schema['format'] === 'uuid';
}

/** A value that shows by its form, or by the schema, that it belongs to this property. */
export function findTyped(slot: Slot, scan: Scan, root: Schema): unknown {
  if (slot.schema['const'] !== undefined) return slot.schema['const'];
  if (Array.isArray(slot.schema['enum'])) return findChoice(slot, slot.schema['enum'], scan);
  switch (slot.type) {
    case 'boolean':
      return findFlag(slot, scan);
    case 'integer':
    case 'number':
      return findNumber(slot, scan);
    case 'array':
      return findList(slot, scan, root);
    case 'string':
      return findText(slot, scan);
    default:
      return undefined;
  }
}

function findChoice(slot: Slot, choices: readonly unknown[], scan: Scan): unknown {
  if (choices.length === 1 && slot.required) return choices[0];
  const found = choices
    .flatMap(choice => {
      const words = splitName(String(choice)).map(word => `${escapePattern(singular(word))}(?:s|es)?`);
      if (words.length === 0) return [];
      const pattern = words.join(String.raw`[\s_-]*`);
      // Beside the property's own name it is surely meant; else the first one named.
      const near = new RegExp(
        `${namePattern(slot)}[\\s:=]+${pattern}\\b|\\b${pattern}[\\s-]+${namePattern(slot)}\\b`,
        'i',
      );
      const close = scan.find(near, { quoted: false });
      const loose = scan.find(new RegExp(String.raw`(?<![\w-])${pattern}(?![\w-])`, 'i'), { quoted: false });
      const span = close ?? loose;
      return span ? [{ choice, span, close: close !== undefined }] : [];
    })
    .sort((a, b) => Number(b.close) - Number(a.close) || a.span.start - b.span.start)[0];
  if (!found) return undefined;
  takeWithName(slot, scan, found.span);
  return found.choice;
}

function findFlag(slot: Slot, scan: Scan): boolean | undefined {
  const words = slot.words.filter(word => !/^(?:is|has|should|include|with|enable|enabled)$/.test(word));
  if (words.length === 0) return undefined;
  const name = words.map(word => `${escapePattern(singular(word))}\\w*`).join(String.raw`[\s_-]*`);
  const found = scan.find(
    new RegExp(String.raw`\b((?:not|no|without|non|don't)[\s-]+(?:\w+\s)?)?${name}\b`, 'i'),
    {
      quoted: false,
    },
  );
  if (!found) return undefined;
  scan.take(found);
  return !/^(?:not|no|without|non|don't)[\s-]/i.test(scan.text.slice(found.start, found.end));
}

function findNumber(slot: Slot, scan: Scan): number | undefined {
  const number = `(${NUMBER.source})`;
  const patterns = [
    String.raw`\b${namePattern(slot)}\W{0,3}(?:of|is|to|at|was)?\s*[#$€£]?${number}(?![\w-])`,
    String.raw`(?<![\w.-])[#$€£]?${number}\s*(?:[a-z]+\s+)?${namePattern(slot)}\b`,
  ];
  if (slot.words.some(word => LIMIT_WORDS.has(word))) {
    patterns.push(
      String.raw`\b(?:first|top|last|latest|newest|up to|at most|limit(?:ed to)?|maximum|only)\s+${number}(?![\w.-])`,
    );
  }
  if (isIdSlot(slot)) {
    const base = slot.words
      .slice(0, -1)
      .map(escapePattern)
      .join(String.raw`[\s_-]*`);
    if (base !== '')
      patterns.push(String.raw`\b${base}s?\s*(?:id|number|no\.?|nr)?\s*[:#]?\s*${number}(?![\w-])`);
    patterns.push(`#${number}`);
  }
  for (const pattern of patterns) {
    const found = scan.find(new RegExp(pattern, 'i'), { quoted: false });
    const value = found && toNumber(found.value, slot.schema);
    if (!found || value === undefined) continue;
    scan.take(found);
    return value;
  }
  return undefined;
}

function findText(slot: Slot, scan: Scan): string | undefined {
  const format = slot.schema['format'];
  const named = (pattern: RegExp): boolean => slot.words.some(word => pattern.test(word));
  const take = (found: Found | undefined): string | undefined => {
    if (!found) return undefined;
    scan.take(found);
    return found.value.replaceAll(/^["'`]|["'`]$/g, '');
  };
  if (format === 'email' || named(/^e?mails?$/)) return take(scan.find(EMAIL));
  if (format === 'uri' || format === 'url' || named(/^(?:urls?|uri|link|website|webpage|endpoint)$/)) {
    return take(scan.find(LINK));
  }
  if (named(/^(?:to|recipient|receiver|cc|bcc)$/)) {
    const address = scan.find(EMAIL);
    if (address) return take(address);
  }
  if (format === 'uuid') return take(scan.find(UUID));
  if (
    format === 'date' ||
    format === 'date-time' ||
    named(/^(?:date|day|since|until|deadline|due|when|start|end|after|before)$/)
  ) {
    const found = scan.find(DATE);
    if (!found) return undefined;
    scan.take(found);
    return format === 'date-time' && found.value.length === 10 ? `${found.value}T00:00:00Z` : found.value;
  }
  if (isIdSlot(slot)) return take(findId(slot, scan));
  return matchPattern(slot, scan);
}

function findId(slot: Slot, scan: Scan): Found | undefined {
  const base = slot.words
    .slice(0, -1)
    .map(escapePattern)
    .join(String.raw`[\s_-]*`);
  const beside =
    base === ''
      ? undefined
      : scan.find(
          new RegExp(
            String.raw`\b${base}s?\s*(?:id|number|no\.?|code|ref(?:erence)?)?\s*[:#]?\s*((?=[\w-]*\d)[\w-]+)`,
            'i',
          ),
        );
  return beside ?? scan.find(UUID) ?? scan.find(CODE) ?? scan.find(/#(\d[\w-]*)/);
}

/** A `pattern` in the schema shows the form; only simple ones are tried, a foreign server wrote them. */
function matchPattern(slot: Slot, scan: Scan): string | undefined {
  const pattern = slot.schema['pattern'];
  if (typeof pattern !== 'string' || !/^\^[\w\-[\]{},\\]{1,60}\$$/.test(pattern)) return undefined;
  let form: RegExp;
  try {
    form = new RegExp(pattern);
  } catch {
    return undefined;
  }
  const word = scan.findAll(/[\w-]+/).find(found => form.test(found.value));
  if (!word) return undefined;
  scan.take(word);
  return word.value;
}

function findList(slot: Slot, scan: Scan, root: Schema): unknown[] | undefined {
  const items = resolveSchema(slot.schema['items'], root);
  const takeAll = (found: readonly Found[]): Found[] => {
    for (const span of found) scan.take(span);
    return [...found];
  };
  if (Array.isArray(items['enum'])) {
    const one: Slot = { ...slot, schema: items, type: 'string', required: false };
    const chosen: unknown[] = [];
    for (let next = findChoice(one, items['enum'], scan); next !== undefined;) {
      if (!chosen.includes(next)) chosen.push(next);
      next = findChoice(one, items['enum'], scan);
    }
    return chosen.length > 0 ? chosen : undefined;
  }
  const type = typeOf(items);
  if (type === 'number' || type === 'integer') {
    const values = takeAll(scan.findAll(new RegExp(String.raw`(?<![\w.-])(?:${NUMBER.source})(?![\w-])`)))
      .map(found => toNumber(found.value, items))
      .filter(value => value !== undefined);
    return values.length > 0 ? values : undefined;
  }
  if (type !== 'string') return undefined;
  const word = singular(slot.words.at(-1) ?? '');
  if (items['format'] === 'email' || /^e?mail$|^recipient$|^to$/.test(word)) {
    const found = takeAll(scan.findAll(EMAIL));
    if (found.length > 0) return found.map(one => one.value);
  }
  const quoted = slot.required ? takeAll(scan.findAll(QUOTED)) : [];
  return quoted.length > 0 ? quoted.map(one => one.value) : undefined;
}
