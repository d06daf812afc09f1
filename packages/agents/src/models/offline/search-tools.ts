import MiniSearch from 'minisearch';
import type { OfflineTool } from './offline-tool.ts';
import { isRecord, slotsOf } from './offline-tool.ts';
import { isEmptyWord, splitName, stem } from './words.ts';

const URL_OR_EMAIL = /https?:\/\/\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;

/**
 * The tool that a text is most likely about: full text search over names, descriptions and parameters. Small talk finds
 * nothing: a word of a tool's name must occur, or two words of what is said about it.
 */
export function searchTool(text: string, tools: readonly OfflineTool[]): OfflineTool | undefined {
  const index = new MiniSearch<{ id: number; name: string; description: string; parameters: string }>({
    fields: ['name', 'description', 'parameters'],
    tokenize: words => splitName(words),
    processTerm: term => (term.length < 2 || isEmptyWord(term) ? null : stem(term)),
  });
  index.addAll(
    tools.map((tool, id) => ({
      id,
      name: tool.name,
      description: tool.description,
      parameters: parameterText(tool),
    })),
  );
  const hits = index.search(toQuery(text), { boost: { name: 3, parameters: 0.5 } });
  const best = hits.find(hit => {
    const fields = Object.values(hit.match);
    return fields.length >= 2 || fields.some(where => where.includes('name'));
  });
  return best === undefined ? undefined : tools[Number(best.id)];
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
