// npm run soak [-- --only kill|fuzz --seed N --runs N --messages N]: the kill -9 test at random moments, and hostile
// input to the MCP server kit. The results are kept in bench/results.
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createRandom } from '../durability/random.ts';
import { soakKills } from '../durability/soak-kill.ts';
import { soakFuzz } from './soak-fuzz.ts';

const FULL_RUNS = 100;
const FULL_MESSAGES = 20_000;
const say = (sentence: string) => void process.stdout.write(`${sentence}\n`);
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string' },
    runs: { type: 'string', default: String(FULL_RUNS) },
    messages: { type: 'string', default: String(FULL_MESSAGES) },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const parts: Readonly<Record<string, () => Promise<readonly string[]>>> = { kill, fuzz };

const names = values.only === undefined ? Object.keys(parts) : [values.only];
for (const name of names) {
  const part = parts[name];
  if (part === undefined) {
    say(`There is no part "${name}". Take one of: ${Object.keys(parts).join(', ')}.`);
    process.exitCode = 1;
    continue;
  }
  const problems = await part();
  if (problems.length > 0) process.exitCode = 1;
}

async function kill(): Promise<readonly string[]> {
  const runs = Number(values.runs);
  say(`Kill -9 at random moments of ${runs} runs, seed ${seed}`);
  const result = await soakKills(runs, seed, createRandom(seed), say);
  if (runs >= FULL_RUNS) await keep('soak-kill.json', result);
  say(
    `${result.runs} runs, ${result.kills} kills, ${result.runsResumed} runs resumed, ` +
      `${result.callsSentAgain} calls sent again, ${result.callsUnknown} unknown, ` +
      `${result.doubledEffects} doubled effects, ${result.lostEntries} lost entries`,
  );
  return result.problems;
}

async function fuzz(): Promise<readonly string[]> {
  const messages = Number(values.messages);
  say(`${messages} hostile messages for each transport, seed ${seed}`);
  const result = await soakFuzz(messages, seed, say);
  for (const problem of result.problems) say(problem);
  if (messages >= FULL_MESSAGES) await keep('soak-fuzz.json', result);
  say(
    `${result.messages} messages, ${result.crashes} crashes, ${result.hangs} hangs, ${result.problems.length} problems`,
  );
  return result.problems;
}

/** The result that is kept is one of the full count: a short look must not take its place. */
async function keep(name: string, result: object): Promise<void> {
  const folder = new URL('../../bench/results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(name, folder), `${JSON.stringify(result, undefined, 2)}\n`);
}
