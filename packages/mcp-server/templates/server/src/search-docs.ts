import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineTool, ToolError, type Tool } from '@tramontane/mcp-server';
import * as z from 'zod';

/** Looks for a text in the Markdown files of a folder. */
export function createSearchDocs(folder: string): Tool {
  return defineTool({
    name: 'search_docs',
    description:
      'Searches the documents for a text, in any case. Returns the lines that contain it, with file and line number.',
    input: z.object({
      text: z.string().min(2).describe('What to look for: a word or a phrase.'),
      limit: z.int().min(1).max(100).default(20).describe('Lines to return at most.'),
    }),
    output: z.object({
      matches: z.array(z.object({ file: z.string(), line: z.int(), text: z.string() })),
      more: z.boolean(),
    }),
    annotations: { readOnlyHint: true },
    handler: async ({ text, limit }, { signal, progress }) => {
      const files = await listMarkdown(folder);
      const wanted = text.toLowerCase();
      const matches: { file: string; line: number; text: string }[] = [];
      for (const [index, file] of files.entries()) {
        const lines = (await readFile(join(folder, file), { encoding: 'utf8', signal })).split('\n');
        for (const [at, line] of lines.entries()) {
          if (!line.toLowerCase().includes(wanted)) continue;
          if (matches.length === limit) return { matches, more: true };
          matches.push({ file, line: at + 1, text: line.trim() });
        }
        progress(index + 1, files.length);
      }
      return { matches, more: false };
    },
  });
}

async function listMarkdown(folder: string): Promise<string[]> {
  try {
    const files = await readdir(folder, { recursive: true });
    return files.filter(file => file.endsWith('.md')).sort();
  } catch (cause) {
    // Whoever calls can do nothing about it, but shall know that it is not their words that are wrong.
    throw new ToolError('The documents cannot be read at the moment.', { cause });
  }
}
