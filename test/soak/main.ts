// npm run soak [-- --only PART --seed N --runs N --sequences N --messages N --streams N --kills N --writes N --seconds N
// --guard NAME]: the long tests. The parts are kill -9 at random moments (kill), random operations with random crashes
// (property), hostile input to the MCP server kit (fuzz), many runs at once (streams), turns on top of a long history
// (history), killed tool servers (links), writes through a proxy that lies (lies), replicas that die under load (replicas), a
// Redis and a database that do (outages), one rate limit over replicas (rates), guards that are taken out (guards), and the
// official Python SDK where it is installed (python; the variable PYTHON says which Python). The results are kept in
// bench/results.
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createRandom } from '../durability/random.ts';
import { soakKills } from '../durability/soak-kill.ts';
import { soakGuards } from '../guards/soak-guards.ts';
import { writeThroughLies } from '../links/write-through-lies.ts';
import { runOutages } from '../replicas/run-outages.ts';
import { runRates } from '../replicas/run-rates.ts';
import { runReplicas } from '../replicas/run-replicas.ts';
import { soakFuzz } from './soak-fuzz.ts';
import { soakLinks } from './soak-links.ts';
import { soakHistory } from './soak-history.ts';
import { soakProperty } from './soak-property.ts';
import { soakPython } from './soak-python.ts';
import { soakStreams } from './soak-streams.ts';

const FULL_RUNS = 100;
const FULL_SEQUENCES = 100;
/** A shorter run is kept from here on: the file says how many it had. */
const KEPT_SEQUENCES = 30;
const FULL_MESSAGES = 20_000;
const FULL_KILLS = 200;
const FULL_WRITES = 2_000;
const FULL_STREAMS = 1000;
const FULL_SECONDS = 60;
const CLIENTS = 16;
const HISTORY = { entries: 2000, tools: 100, rounds: 9 };
const say = (sentence: string) => void process.stdout.write(`${sentence}\n`);
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string' },
    runs: { type: 'string', default: String(FULL_RUNS) },
    sequences: { type: 'string', default: String(FULL_SEQUENCES) },
    messages: { type: 'string', default: String(FULL_MESSAGES) },
    kills: { type: 'string', default: String(FULL_KILLS) },
    writes: { type: 'string', default: String(FULL_WRITES) },
    streams: { type: 'string', default: String(FULL_STREAMS) },
    seconds: { type: 'string', default: String(FULL_SECONDS) },
    guard: { type: 'string', default: '' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const parts: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  kill,
  property,
  fuzz,
  streams,
  history,
  links,
  lies,
  replicas,
  outages,
  rates,
  guards,
  python,
};

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

async function property(): Promise<readonly string[]> {
  const sequences = Number(values.sequences);
  say(`${sequences} sequences of random operations with random crashes, seed ${seed}`);
  const result = await soakProperty(sequences, seed, say);
  if (sequences >= KEPT_SEQUENCES) await keep('soak-property.json', result);
  say(
    `${result.sequences} sequences, ${result.kills} kills, ${JSON.stringify(result.heard)}, ` +
      `${result.entries} entries, ${result.seconds} s, ${result.problems.length} problems`,
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

async function streams(): Promise<readonly string[]> {
  const count = Number(values.streams);
  say(`${count} streamed runs at once, each on a model that takes a second`);
  const result = await soakStreams(count);
  for (const problem of result.problems) say(problem);
  if (count >= FULL_STREAMS) await keep('soak-streams.json', result);
  say(
    `${result.completed} of ${result.runs} complete, ${result.atOnce} at the model at once, ` +
      `${result.seconds} s, ${result.peakMemoryMb} MB of memory`,
  );
  return result.problems;
}

async function history(): Promise<readonly string[]> {
  const { entries, tools, rounds } = HISTORY;
  say(`Turns on top of ${entries} entries with ${tools} tools, beside small ones`);
  const result = await soakHistory(entries, tools, rounds);
  for (const problem of result.problems) say(problem);
  await keep('soak-history.json', result);
  say(
    `a long turn costs ${result.ratio} of a small one, ${result.ratioWithTools} of one with the same tools`,
  );
  return result.problems;
}

async function links(): Promise<readonly string[]> {
  const kills = Number(values.kills);
  say(`${kills} kills of a tool server over each transport`);
  const result = await soakLinks(kills, say);
  for (const problem of result.problems) say(problem);
  if (kills >= FULL_KILLS) await keep('soak-links.json', result);
  return result.problems;
}

async function lies(): Promise<readonly string[]> {
  const writes = Number(values.writes);
  say(`${writes} writes through a proxy that lies, seed ${seed}`);
  const result = { seed, ...(await writeThroughLies(writes, createRandom(seed))) };
  for (const problem of result.problems) say(problem);
  if (writes >= FULL_WRITES) await keep('soak-lies.json', result);
  say(`${result.answered} answered, ${result.unknown} unknown, ${result.failed} not run`);
  return result.problems;
}

async function replicas(): Promise<readonly string[]> {
  const seconds = Number(values.seconds);
  say(`${seconds} s of load on three replicas, one killed and one restarted, seed ${seed}`);
  const result = await runReplicas({ seconds, clients: CLIENTS, seed }, say);
  for (const problem of result.problems) say(problem);
  if (seconds >= FULL_SECONDS) await keep('soak-replicas.json', result);
  say(
    `${result.requests} requests, ${result.failed} failed, ${result.healed} healed, ${result.doubledEffects} doubled ` +
      `effects, ${result.lostEntries} lost entries, runs taken over after ${result.takenOver.tookMs} ms`,
  );
  return result.problems;
}

async function outages(): Promise<readonly string[]> {
  const seconds = Number(values.seconds);
  say(`${seconds} s of load while Redis and PostgreSQL go away and come back, seed ${seed}`);
  const result = await runOutages({ seconds, clients: CLIENTS, seed }, say);
  for (const problem of result.problems) say(problem);
  if (seconds >= FULL_SECONDS) await keep('soak-outages.json', result);
  say(
    `${result.requests} requests, ${result.failed} refused first, ${result.healed} healed, ${result.doubledEffects} doubled ` +
      `effects, ${result.lostEntries} lost entries`,
  );
  return result.problems;
}

async function rates(): Promise<readonly string[]> {
  say('One rate limit over three replicas of the Agents API on one Redis');
  const result = await runRates();
  for (const problem of result.problems) say(problem);
  await keep('soak-rates.json', result);
  say(`${result.allowed} of ${result.asked} requests let through, ${result.limit} are allowed`);
  return result.problems;
}

async function guards(): Promise<readonly string[]> {
  say('Each guard is taken out, and tests have to fail');
  const result = await soakGuards(new RegExp(values.guard), say);
  for (const problem of result.problems) say(problem);
  if (values.guard === '') await keep('soak-guards.json', result);
  return result.problems;
}

async function python(): Promise<readonly string[]> {
  const command = process.env['PYTHON'] ?? 'python3';
  say(`Every method of the official Python SDK, with ${command}`);
  const result = await soakPython(command);
  if (!result) {
    say(
      'Skipped: this Python has no mistralai 2. Install it (pip install mistralai), or name another one in PYTHON.',
    );
    return [];
  }
  for (const problem of result.problems) say(problem);
  await keep('soak-python.json', result);
  say(`mistralai ${result.sdk}: ${result.steps} steps, ${result.problems.length} problems`);
  return result.problems;
}

/** The result that is kept is one of the full count: a short look must not take its place. */
async function keep(name: string, result: object): Promise<void> {
  const folder = new URL('../../bench/results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(name, folder), `${JSON.stringify(result, undefined, 2)}\n`);
}
