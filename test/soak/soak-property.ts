import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedPostgres } from '@tramontane/agents/embedded';
import { createRandom } from '../durability/random.ts';
import { openStand } from '../durability/sequences/open-stand.ts';
import { runSequence, type SequenceFindings } from '../durability/sequences/run-sequence.ts';

export interface PropertyResult {
  /** Of the first sequence; the others have the seeds after it. */
  readonly seed: number;
  readonly sequences: number;
  readonly operations: Readonly<Record<string, number>>;
  readonly kills: number;
  /** How turns ended for who heard them. */
  readonly heard: Readonly<Record<string, number>>;
  /** Entries in the histories at the ends. */
  readonly entries: number;
  readonly seconds: number;
  readonly problems: readonly string[];
}

const OPERATIONS = 40;
const KILLS = 4;

/** Random operations on conversations with random crashes: every history is held against what was streamed. */
export async function soakProperty(
  sequences: number,
  seed: number,
  say: (sentence: string) => void,
): Promise<PropertyResult> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'tramontane-soak-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  // Not 0700, as mkdtemp makes it: run by root, the database's user would be sent elsewhere.
  await chmod(folder, 0o711);
  const dataDirectory = join(folder, 'data');
  const postgres = opened.adopt(await openEmbeddedPostgres({ dataDirectory }), each => each.close());
  const stand = opened.adopt(await openStand(postgres.url('tramontane'), createRandom(seed)), each =>
    each.close(),
  );

  const begun = performance.now();
  const all: SequenceFindings[] = [];
  for (let index = 0; index < sequences; index += 1) {
    const found = await runSequence(stand, { seed: seed + index, operations: OPERATIONS, kills: KILLS });
    all.push(found);
    if (found.problems.length > 0) {
      say(`Seed ${found.seed}:\n${found.told.join('\n')}`);
      for (const problem of found.problems) say(problem);
    }
    if ((index + 1) % 10 === 0) say(`${index + 1} of ${sequences} sequences`);
  }
  return {
    seed,
    sequences,
    operations: addUp(all.map(({ operations }) => operations)),
    kills: all.reduce((sum, { kills }) => sum + kills, 0),
    heard: addUp(all.map(({ heard }) => heard)),
    entries: all.reduce((sum, { entries }) => sum + entries, 0),
    seconds: Math.round((performance.now() - begun) / 1000),
    problems: all.flatMap(found => found.problems.map(problem => `seed ${found.seed}: ${problem}`)),
  };
}

function addUp(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const each of counts)
    for (const [name, count] of Object.entries(each)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
