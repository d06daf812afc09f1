// npm run bench: everything, about 12 minutes. --quick: short rounds, for trying out; --only=calls,stdio: some works.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createContext, type BenchContext } from './bench-context.ts';
import { openLoad } from './load/open-load.ts';
import { canPin } from './process-pinning.ts';
import { toReport, toTable } from './report.ts';
import type { WorkResult } from './result.ts';
import { FULL, QUICK, SMOKE } from './rounds.ts';
import { measureColdStart } from './works/cold-start.ts';
import { measureMemory } from './works/memory.ts';
import { measureStdio } from './works/stdio.ts';
import { measureToolCalls } from './works/tool-calls.ts';
import { measureToolLists } from './works/tool-lists.ts';

const WORKS = new Map<string, (context: BenchContext) => Promise<WorkResult>>([
  ['calls', measureToolCalls],
  ['lists', measureToolLists],
  ['stdio', measureStdio],
  ['cold-start', measureColdStart],
  ['memory', measureMemory],
]);
const RESULTS = new URL('results/kit.json', import.meta.url);
const README = new URL('README.md', import.meta.url);

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** The least that runs every part; its figures mean nothing. */
    smoke: { type: 'boolean', default: false },
    only: { type: 'string' },
    /** Where the result goes; a quick or partial run writes nothing unless told. */
    out: { type: 'string' },
  },
});
const names = values.only?.split(',') ?? [...WORKS.keys()];
for (const name of names) {
  if (!WORKS.has(name))
    throw new Error(`No work is named ${name}. There are: ${[...WORKS.keys()].join(', ')}.`);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
if (!canPin())
  say('taskset is missing or may not use two cores: load and servers are not pinned, ratios are rougher.');
const { pace, memoryCalls, coldStarts } = values.smoke
  ? { pace: SMOKE, memoryCalls: 100, coldStarts: 1 }
  : values.quick
    ? { pace: QUICK, memoryCalls: 5000, coldStarts: 3 }
    : { pace: FULL, memoryCalls: 100_000, coldStarts: 15 };

const results: WorkResult[] = [];
for (const name of names) {
  say(`${name} …`);
  const context = createContext(openLoad(), { pace, memoryCalls, coldStarts, say });
  try {
    const work = WORKS.get(name);
    if (work) results.push(await work(context));
  } finally {
    await context.close();
  }
}
const report = toReport(results, pace);
say(`\n${toTable(report)}\n`);
for (const line of report.skipped) say(`Skipped: ${line}`);
const failed = report.ratios.filter(ratio => ratio.holds === false);
say(
  failed.length === 0 ? 'Every ratio that is wanted holds.' : `${failed.length} wanted ratios do not hold.`,
);

const whole = !values.quick && !values.smoke && values.only === undefined;
if (whole || values.out !== undefined) {
  await mkdir(new URL('.', RESULTS), { recursive: true });
  await writeFile(values.out ?? RESULTS, `${JSON.stringify(report, undefined, 2)}\n`);
}
if (whole) await writeTable(toTable(report));

/** Between the two marks of the page. */
async function writeTable(table: string): Promise<void> {
  const page = await readFile(README, 'utf8');
  const marked = /(<!-- table -->\n)[^]*(\n<!-- end of table -->)/;
  await writeFile(
    README,
    page.replace(marked, (_, start: string, end: string) => `${start}\n${table}\n${end}`),
  );
}
