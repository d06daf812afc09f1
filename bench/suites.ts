import type { BenchContext } from './bench-context.ts';
import type { WorkResult } from './result.ts';
import { measureAgents } from './works/agents.ts';
import { measureColdStart } from './works/cold-start.ts';
import { measureGuards } from './works/guards.ts';
import { measureMemory } from './works/memory.ts';
import { measureStdio } from './works/stdio.ts';
import { measureToolCalls } from './works/tool-calls.ts';
import { measureToolLists } from './works/tool-lists.ts';

export type Measure = (context: BenchContext) => Promise<WorkResult>;

/** Works whose results are one file, `results/<name>.json`, and one table of the page. */
export interface Suite {
  readonly name: string;
  readonly works: ReadonlyMap<string, Measure>;
}

export const SUITES: readonly Suite[] = [
  {
    name: 'kit',
    works: new Map([
      ['calls', measureToolCalls],
      ['guards', measureGuards],
      ['lists', measureToolLists],
      ['stdio', measureStdio],
      ['cold-start', measureColdStart],
      ['memory', measureMemory],
    ]),
  },
  { name: 'agents', works: new Map([['agents', measureAgents]]) },
];
