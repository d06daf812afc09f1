import { isDeepStrictEqual } from 'node:util';
import type { ListedTool } from './tool-servers.ts';
import { sorted } from './tool-definition.ts';
import { findMarks, type TextMark } from './text-marks.ts';

/** What a tool server said of itself at one time: everything that a model reads, or that decides how a tool is used. */
export interface ServerWord {
  /** Where it was, without the query, which may hold a key. Absent of what was seen before addresses were kept. */
  readonly server?: string;
  readonly instructions?: string;
  readonly tools: readonly PinnedTool[];
}

export type PinnedTool = Pick<
  ListedTool,
  'name' | 'title' | 'description' | 'inputSchema' | 'outputSchema' | 'annotations'
>;

const FIELDS = ['title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const;

/**
 * One difference to what was pinned. `fields` with their values before and after; null where there was none. `moved`: the
 * connector has another address, so that whatever is said there is somebody else's word.
 */
export type ToolChange =
  | { readonly kind: 'moved'; readonly fields: readonly FieldChange[] }
  | { readonly kind: 'added' | 'removed'; readonly tool: string }
  | { readonly kind: 'renamed'; readonly tool: string; readonly from: string }
  | { readonly kind: 'changed'; readonly tool: string; readonly fields: readonly FieldChange[] }
  | { readonly kind: 'instructions'; readonly fields: readonly FieldChange[] };

export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Something in a server's texts that a person should see. */
export interface ToolMark extends TextMark {
  /** Absent for the server's instructions. */
  readonly tool?: string;
  readonly field: string;
}

/** @param server Address of the server, as its connector has it. */
export function toWord(
  listing: { tools: readonly ListedTool[]; instructions?: string },
  server: string,
): ServerWord {
  const tools = listing.tools.map(tool => {
    const kept = FIELDS.flatMap(field => (tool[field] === undefined ? [] : [[field, tool[field]] as const]));
    return { name: tool.name, ...Object.fromEntries(kept) } as PinnedTool;
  });
  tools.sort((a, b) => (a.name < b.name ? -1 : 1));
  const { instructions } = listing;
  return { server: toPlace(server), ...(instructions !== undefined && { instructions }), tools };
}

/** One spelling of an address, without its query. */
export function toPlace(server: string): string {
  const url = new URL(server);
  url.search = '';
  url.hash = '';
  return url.href;
}

/**
 * What changed. A tool that went while one with the same text came was renamed: by name alone it would look like a new
 * one, and everything somebody approved of would go on under another name.
 */
export function compareWords(before: ServerWord, after: ServerWord): ToolChange[] {
  const old = new Map(before.tools.map(tool => [tool.name, tool]));
  const now = new Map(after.tools.map(tool => [tool.name, tool]));
  // By their text, not each with each: a server that names all its tools anew would hold everything up.
  const gone = Map.groupBy(
    before.tools.filter(({ name }) => !now.has(name)),
    toText,
  );
  const changes: ToolChange[] = [];
  for (const tool of after.tools) {
    const known = old.get(tool.name);
    if (known) {
      const fields = changedFields(known, tool);
      if (fields.length > 0) changes.push({ kind: 'changed', tool: tool.name, fields });
      continue;
    }
    const from = gone.size > 0 ? gone.get(toText(tool))?.shift() : undefined;
    changes.push(
      from ? { kind: 'renamed', tool: tool.name, from: from.name } : { kind: 'added', tool: tool.name },
    );
  }
  changes.push(...[...gone.values()].flat().map(({ name }) => ({ kind: 'removed', tool: name }) as const));
  const hasMoved = before.server !== undefined && before.server !== after.server;
  if (hasMoved) changes.unshift({ kind: 'moved', fields: [toField('server', before.server, after.server)] });
  if (before.instructions !== after.instructions) {
    const field = toField('instructions', before.instructions, after.instructions);
    changes.push({ kind: 'instructions', fields: [field] });
  }
  return changes;
}

/** Hidden characters and sentences aimed at models, wherever a model would read them. */
export function markWord({ tools, instructions }: ServerWord): ToolMark[] {
  const ofTools = tools.flatMap(tool =>
    (['name', ...FIELDS] as const).flatMap(field =>
      findMarks(textOf(tool[field])).map(mark => ({ tool: tool.name, field, ...mark })),
    ),
  );
  const ofServer = findMarks(instructions ?? '').map(mark => ({ field: 'instructions', ...mark }));
  return [...ofServer, ...ofTools];
}

function changedFields(before: PinnedTool, after: PinnedTool): FieldChange[] {
  return FIELDS.filter(field => !isDeepStrictEqual(before[field], after[field])).map(field =>
    toField(field, before[field], after[field]),
  );
}

/** All but its name, the same for the same whatever the order of keys. */
function toText(tool: PinnedTool): string {
  return JSON.stringify(FIELDS.map(field => sorted(tool[field])));
}

function toField(field: string, before: unknown, after: unknown): FieldChange {
  return { field, before: before ?? null, after: after ?? null };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}
