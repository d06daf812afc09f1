import {
  findByPreposition,
  describeSlot,
  findQuoted,
  findRest,
  isOnlyName,
  isProse,
} from './find-free-text.ts';
import { findExplicit } from './find-explicit.ts';
import { findTyped, isIdSlot } from './find-typed.ts';
import { NUMBER, toNumber } from './convert-value.ts';
import { findJsonObject } from './find-json.ts';
import { isRecord, slotsOf } from './offline-tool.ts';
import type { OfflineTool, Schema, Slot } from './offline-tool.ts';
import { createScan } from './scan.ts';
import type { Scan, Span } from './scan.ts';
import { findWords, isEmptyWord, splitName, stem } from './words.ts';
import { isSqlSlot, writeSql } from './write-sql.ts';

export interface Filled {
  readonly args: Readonly<Record<string, unknown>>;
  /** Required arguments without a value, in words for a person. */
  readonly missing: readonly string[];
  /** Why a value could not be made, if there is more to say. */
  readonly problem?: string;
}

/**
 * Fills a tool's arguments from a text by its JSON Schema. From the surest to the loosest: a JSON object in the text,
 * values already known, values given by name, values known by form, quotations in order, numbers in order, and what is
 * left of the text for required strings. Optional ones are filled only by what clearly belongs to them.
 */
export function fillArguments(
  tool: OfflineTool,
  text: string,
  options: { readonly name?: readonly Span[]; readonly known?: Readonly<Record<string, unknown>> } = {},
): Filled {
  const json = findJsonObject(text, tool.schema);
  if (json) return { args: json, missing: [] };

  const scan = createScan(text);
  for (const span of options.name ?? []) scan.take(span);
  const context: Context = { tool, root: tool.schema, scan, problems: [], depth: 0 };
  const { args, missing } = fillObject(tool.schema, context, options.known ?? {});
  const problem = context.problems[0];
  return { args, missing, ...(problem !== undefined && { problem }) };
}

interface Context {
  readonly tool: OfflineTool;
  readonly root: Schema;
  readonly scan: Scan;
  readonly problems: string[];
  readonly depth: number;
}

function fillObject(schema: Schema, context: Context, known: Readonly<Record<string, unknown>>): Filled {
  const { scan, root, tool } = context;
  const slots = slotsOf(schema, root);
  const values = new Map<string, unknown>();
  const fill = (some: readonly Slot[], find: (slot: Slot) => unknown): void => {
    for (const slot of some) {
      if (values.has(slot.name)) continue;
      const value = find(slot);
      if (value !== undefined) values.set(slot.name, value);
    }
  };
  const required = slots.filter(slot => slot.required);
  const plain = slots.filter(slot => !isSqlSlot(slot, tool.description));

  // Own keys only: a property may well be called `constructor`.
  fill(slots, slot => (Object.hasOwn(known, slot.name) ? known[slot.name] : undefined));
  fill(slots, slot => {
    if (values.has(slot.name) || !isSqlSlot(slot, tool.description)) return undefined;
    const written = writeSql(scan.text, `${tool.description}\n${slot.description}`);
    if ('sql' in written) return written.sql;
    context.problems.push(written.problem);
    return undefined;
  });
  fill(plain, slot => findExplicit(slot, scan));
  fill(plain, slot => findTyped(slot, scan, root));
  fill(plain, slot => (slot.type === 'object' ? fillNested(slot, context) : undefined));
  fill(plain, slot => findQuoted(slot, scan));
  fill(required, slot => findNumberInOrder(slot, scan));
  fill(
    plain.filter(slot => slot.required),
    slot => findByPreposition(slot, scan),
  );
  fillFromRest(
    plain.filter(slot => slot.required && !values.has(slot.name)),
    context,
    values,
  );
  fill(required, slot => slot.schema['default']);

  return {
    // In the schema's order: the same text always gives the same JSON.
    args: Object.fromEntries(
      slots.filter(slot => values.has(slot.name)).map(slot => [slot.name, values.get(slot.name)]),
    ),
    missing: required.filter(slot => !values.has(slot.name)).map(describeSlot),
  };
}

function fillNested(slot: Slot, context: Context): unknown {
  if (context.depth >= 3 || !isRecord(slot.schema['properties'])) return undefined;
  const { args, missing } = fillObject(slot.schema, { ...context, depth: context.depth + 1 }, {});
  if (missing.length > 0) return undefined;
  return Object.keys(args).length > 0 || slot.required ? args : undefined;
}

function findNumberInOrder(slot: Slot, scan: Scan): number | undefined {
  if ((slot.type !== 'integer' && slot.type !== 'number') || slot.schema['default'] !== undefined)
    return undefined;
  const free = scan.findAll(new RegExp(String.raw`(?<![\w.-])(?:${NUMBER.source})(?![\w-])`));
  for (const found of free) {
    const value = toNumber(found.value, slot.schema);
    if (value === undefined) continue;
    scan.take(found);
    return value;
  }
  return undefined;
}

/** What is left of the text goes to one required string; if that is prose, the other prose gets the same words. */
function fillFromRest(open: readonly Slot[], context: Context, values: Map<string, unknown>): void {
  const strings = open.filter(
    slot =>
      slot.type === 'string' &&
      slot.schema['enum'] === undefined &&
      slot.schema['format'] === undefined &&
      slot.schema['default'] === undefined &&
      !isIdSlot(slot),
  );
  const first = strings.find(isProse) ?? strings[0];
  if (!first) return;
  // "products in stock" is nothing but words of a product search, and yet it is what is to be searched for.
  const rest =
    findRest(context.scan, wordsOfTool(context.tool)) ??
    (isProse(first) ? findRest(context.scan, new Set()) : undefined);
  if (rest === undefined || isOnlyName(first, rest)) return;
  values.set(first.name, rest);
  for (const slot of strings) if (isProse(slot) && isProse(first)) values.set(slot.name, rest);
}

function wordsOfTool(tool: OfflineTool): ReadonlySet<string> {
  const words = [...splitName(tool.name), ...findWords(tool.description).map(word => word.text)];
  return new Set(words.filter(word => !isEmptyWord(word)).map(stem));
}
