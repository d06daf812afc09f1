import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbeddedPostgres } from '@tramontane/agents/embedded';
import { openKillRig, type KillRig, type Walk } from './kill-rig.ts';
import { openRunLog } from './run-log.ts';

export interface SoakResult {
  readonly seed: number;
  /** Runs of five tool calls that were walked to their end. */
  readonly runs: number;
  readonly kills: number;
  /** Kills of the database, together with the server. */
  readonly databaseKills: number;
  /** Runs that ended before the kill reached them. */
  readonly undisturbed: number;
  /** Runs that another process went on with, and how often in all. */
  readonly runsResumed: number;
  readonly takeovers: number;
  readonly callsSentAgain: number;
  readonly callsUnknown: number;
  readonly doubledEffects: number;
  readonly lostEntries: number;
  /** Where a run was cut: the newest event before each takeover, counted by type. */
  readonly cutAfter: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/** Longest that the model and the tools take for each thing they do, so that kills find them at work. */
const THINK_MS = 12;
/** A run that nobody disturbs takes about this long; kills fall evenly into it. */
const RUN_MS = 220;

/**
 * Kills a server at random moments of as many runs, every fourth a second time while it goes on with the run, every
 * fifth together with its database. The same seed gives the same moments, as far as machines keep time.
 */
export async function soakKills(
  runs: number,
  seed: number,
  random: () => number,
  say: (sentence: string) => void,
): Promise<SoakResult> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'tramontane-soak-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  // Not 0700, as mkdtemp makes it: run by root, the database's user would be sent elsewhere.
  await chmod(folder, 0o711);
  const dataDirectory = join(folder, 'data');
  const rig = opened.adopt(
    await openKillRig({
      environment: { TRAMONTANE_DATA: dataDirectory },
      think: () => sleep(random() * THINK_MS),
    }),
    each => each.close(),
  );

  const walks: Walk[] = [];
  let databaseKills = 0;
  for (let run = 1; run <= runs; run += 1) {
    const withDatabase = run % 5 === 0;
    if (withDatabase) databaseKills += 1;
    const first = random() * RUN_MS;
    const second = run % 4 === 0 ? (random() * RUN_MS) / 4 : undefined;
    const walked = await walkOnce(rig, { dataDirectory, first, second, withDatabase });
    walks.push(walked);
    for (const problem of walked.problems) say(`run ${run}: ${problem}`);
    if (run % 10 === 0) say(`${run} of ${runs} runs, ${rig.kills()} kills`);
  }

  const sum = (of: (walk: Walk) => number) => walks.reduce((total, walk) => total + of(walk), 0);
  return {
    seed,
    runs,
    kills: rig.kills(),
    databaseKills,
    undisturbed: walks.filter(({ heard, resumed }) => heard === 'done' && resumed === 0).length,
    runsResumed: walks.filter(({ resumed }) => resumed > 0).length,
    takeovers: sum(({ resumed }) => resumed),
    callsSentAgain: sum(({ sentAgain }) => sentAgain),
    callsUnknown: sum(({ unknown }) => unknown),
    doubledEffects: sum(({ doubledEffects }) => doubledEffects),
    lostEntries: sum(({ lostEntries }) => lostEntries),
    cutAfter: countCuts(walks),
    problems: walks.flatMap(({ problems }) => problems),
  };
}

async function walkOnce(
  rig: KillRig,
  plan: { dataDirectory: string; first: number; second: number | undefined; withDatabase: boolean },
): Promise<Walk> {
  await using opened = new AsyncDisposableStack();
  const kill = () =>
    rig.kill(async () => {
      if (plan.withDatabase) await killDatabase(plan.dataDirectory);
    });
  // The first kill counts from the first question to the model, the second from the moment the server is back.
  const moments: Promise<void>[] = [];
  rig.stage.arm('model 0 asked', async () => {
    moments.push(sleep(plan.first).then(kill));
  });
  const walked = await rig.walk(async () => {
    if (plan.second !== undefined) moments.push(sleep(plan.second).then(() => rig.kill()));
    const postgres = opened.adopt(await openEmbeddedPostgres({ dataDirectory: plan.dataDirectory }), each =>
      each.close(),
    );
    return opened.adopt(await openRunLog(postgres.url('tramontane')), each => each.close());
  }, moments);
  return walked;
}

async function killDatabase(dataDirectory: string): Promise<void> {
  const [postmaster] = (await readFile(join(dataDirectory, 'postgres-18', 'postmaster.pid'), 'utf8')).split(
    '\n',
  );
  process.kill(Number(postmaster), 'SIGKILL');
}

function countCuts(walks: readonly Walk[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { events } of walks) {
    for (const [index, { type }] of events.entries()) {
      const before = events[index - 1]?.type;
      if (type === 'run.resumed' && before !== undefined) counts[before] = (counts[before] ?? 0) + 1;
    }
  }
  return counts;
}
