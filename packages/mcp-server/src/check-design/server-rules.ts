import type { CheckedTool, DesignRule } from './design-finding.ts';
import { toWords } from './tool-rules.ts';

interface Problem {
  /** With it, `problem` is the rest of a sentence that begins with the tool. */
  readonly tool?: string;
  readonly problem: string;
}

export type ServerRule = (tools: readonly CheckedTool[]) => readonly Problem[];

/** Models choose worse among more, and every one of them costs context in each turn. */
const MOST_TOOLS = 40;

export const SERVER_RULES = {
  'name-repeats': tools => {
    const seen = new Map<string, string>();
    const problems: Problem[] = [];
    for (const { name } of tools) {
      // In any order and form: `orders.search` and `searchOrders` are one name for a model.
      const key = [...toWords(name)].sort().join(' ');
      const other = seen.get(key);
      if (other === undefined) seen.set(key, name);
      else
        problems.push({
          tool: name,
          problem: `has nearly the name of tool "${other}", and a model will mix them up. Name what differs, or make them one tool.`,
        });
    }
    return problems;
  },

  'too-many-tools': tools =>
    tools.length > MOST_TOOLS
      ? [
          {
            problem: `The server has ${tools.length} tools; models choose badly among more than ${MOST_TOOLS}. Leave out what is rarely used, or make servers of them by subject.`,
          },
        ]
      : [],
} satisfies Partial<Record<DesignRule, ServerRule>>;
