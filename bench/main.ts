// npm run bench: everything, about 18 minutes. --quick: short rounds, for trying out; --only=calls,stdio: some works.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createContext } from './bench-context.ts';
import { openLoad } from './load/open-load.ts';
import { canPin } from './process-pinning.ts';
import { toReport, toTable } from './report.ts';
import type { WorkResult } from './result.ts';
import { FULL, QUICK, SMOKE } from './rounds.ts';
import { SUITES } from './suites.ts';

const WORKS = new Map(SUITES.flatMap(({ works }) => [...works]));
const RESULTS = new URL('results/', import.meta.url);
const README = new URL('README.md', import.meta.url);

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** The least that runs every part; its figures mean nothing. */
    smoke: { type: 'boolean', default: false },
    only: { type: 'string' },
    /** Where the result goes too; a quick run, or part of a table's works, writes nothing unless told. */
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
const { pace, ...amounts } = values.smoke
  ? { pace: SMOKE, memoryCalls: 100, coldStarts: 1, turns: 1 }
  : values.quick
    ? { pace: QUICK, memoryCalls: 5000, coldStarts: 3, turns: 20 }
    : { pace: FULL, memoryCalls: 100_000, coldStarts: 15, turns: 200 };

const results = new Map<string, WorkResult>();
for (const name of names) {
  say(`${name} …`);
  const context = createContext(openLoad(), { pace, ...amounts, say });
  try {
    const work = WORKS.get(name);
    if (work) results.set(name, await work(context));
  } finally {
    await context.close();
  }
}
const report = toReport([...results.values()], pace);
say(`\n${toTable(report)}\n`);
for (const line of report.skipped) say(`Skipped: ${line}`);
const failed = report.ratios.filter(ratio => ratio.holds === false);
say(
  failed.length === 0 ? 'Every ratio that is wanted holds.' : `${failed.length} wanted ratios do not hold.`,
);

if (values.out !== undefined) await writeFile(values.out, toJson(report));
if (!values.quick && !values.smoke) {
  for (const { name, works } of SUITES) {
    const taken = [...works.keys()].flatMap(work => results.get(work) ?? []);
    if (taken.length < works.size) continue;
    const whole = toReport(taken, pace);
    await mkdir(RESULTS, { recursive: true });
    await writeFile(new URL(`${name}.json`, RESULTS), toJson(whole));
    await writeTable(name, toTable(whole));
  }
}

function toJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Between the two marks of the page that name the table. */
async function writeTable(name: string, table: string): Promise<void> {
  const page = await readFile(README, 'utf8');
  const marked = new RegExp(`(<!-- table of ${name} -->\\n)[^]*(\\n<!-- end of ${name} -->)`);
  await writeFile(
    README,
    page.replace(marked, (_, start: string, end: string) => `${start}\n${table}\n${end}`),
  );
}
