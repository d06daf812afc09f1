import MiniSearch from 'minisearch';
import type { OfflineTool, Slot } from './offline-tool.ts';
import { isRecord, slotsOf } from './offline-tool.ts';
import { isEmptyWord, splitName, stem } from './words.ts';
import { isSqlSlot, writeSql } from './write-sql.ts';

const URL_OR_EMAIL = /https?:\/\/\S+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;

/**
 * The tool that a text is most likely about: full text search over names, descriptions and parameters. Small talk finds
 * nothing: a word of a tool's name must occur, or two words of what is said about it, or half of what the text is about.
 * Failing that, a tool that takes SQL is meant when SQL can be written for the text.
 */
export function searchTool(text: string, tools: readonly OfflineTool[]): OfflineTool | undefined {
  const index = new MiniSearch<{ id: number; name: string; description: string; parameters: string }>({
    fields: ['name', 'description', 'parameters'],
    tokenize: words => splitName(words),
    processTerm: term => (isSubject(term) ? stem(term) : null),
  });
  index.addAll(
    tools.map((tool, id) => ({
      id,
      name: tool.name,
      description: tool.description,
      parameters: parameterText(tool),
    })),
  );
  const query = toQuery(text);
  const subjects = new Set(splitName(query).filter(isSubject).map(stem));
  const hits = index.search(query, { boost: { name: 3, parameters: 0.5 } });
  const best = hits.find(hit => {
    const fields = Object.values(hit.match);
    const enough = Math.min(2, Math.ceil(subjects.size / 2));
    if (fields.some(where => where.includes('name'))) return true;
    const tool = tools[Number(hit.id)];
    // The columns that such a tool lists would match half of all talk: whether SQL can be written is the better test.
    if (tool && takesSql(tool)) return takesSqlFor(text, tool);
    return fields.length >= enough;
  });
  return best === undefined ? tools.find(tool => takesSqlFor(text, tool)) : tools[Number(best.id)];
}

function isSubject(word: string): boolean {
  return word.length > 1 && !isEmptyWord(word);
}

function sqlSlots(tool: OfflineTool): Slot[] {
  return slotsOf(tool.schema, tool.schema).filter(slot => isSqlSlot(slot, tool.description));
}

function takesSql(tool: OfflineTool): boolean {
  return sqlSlots(tool).length > 0;
}

function takesSqlFor(text: string, tool: OfflineTool): boolean {
  return sqlSlots(tool).some(slot => {
    const written = writeSql(text, `${tool.description}\n${slot.description}`);
    // A question about its tables that is not understood is better answered by saying so than by silence.
    return 'sql' in written || written.table !== undefined;
  });
}

/** An address is about addresses, not about the words in it. */
function toQuery(text: string): string {
  return text.replaceAll(URL_OR_EMAIL, address => (address.includes('://') ? ' url ' : ' email '));
}

function parameterText(tool: OfflineTool): string {
  return slotsOf(tool.schema, tool.schema)
    .flatMap(slot => [slot.name, slot.description, ...enumWords(slot.schema['enum'])])
    .join(' ');
}

function enumWords(values: unknown): string[] {
  return Array.isArray(values) ? values.filter(value => !isRecord(value)).map(String) : [];
}
