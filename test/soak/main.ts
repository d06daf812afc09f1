// npm run soak [-- --seed N --runs N]: the kill -9 test at random moments. Its result is kept in bench/results.
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createRandom } from '../durability/random.ts';
import { soakKills } from '../durability/soak-kill.ts';

const FULL = 100;
const say = (sentence: string) => void process.stdout.write(`${sentence}\n`);
const { values } = parseArgs({
  options: { seed: { type: 'string' }, runs: { type: 'string', default: String(FULL) } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const runs = Number(values.runs);
say(`Kill -9 at random moments of ${runs} runs, seed ${seed}`);
const result = await soakKills(runs, seed, createRandom(seed), say);

// The result that is kept is one of the full count: a short look must not take its place.
if (runs >= FULL) {
  const folder = new URL('../../bench/results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('soak-kill.json', folder), `${JSON.stringify(result, undefined, 2)}\n`);
}
say(
  `${result.runs} runs, ${result.kills} kills, ${result.runsResumed} runs resumed, ` +
    `${result.callsSentAgain} calls sent again, ${result.callsUnknown} unknown, ` +
    `${result.doubledEffects} doubled effects, ${result.lostEntries} lost entries`,
);
process.exitCode = result.problems.length === 0 ? 0 : 1;
