import { setTimeout as wait } from 'node:timers/promises';
import { ConnectionError, type Connections, type ToolResult } from '@tramontane/mcp-client';
import type { Kind, KillableServer } from './killable-server.ts';

export const MOMENTS = ['before', 'during', 'between'] as const;

export interface KillReport {
  readonly kind: Kind;
  readonly kills: number;
  /** Milliseconds until the first call was answered, from when the server was back or the call was made, one a kill. */
  readonly recoveries: readonly number[];
  /** The same from the kill: of a program, whose start is the client's work. */
  readonly restarts: readonly number[];
  readonly problems: readonly string[];
}

/** A server that does not come back is not waited for two hundred times. */
const MOST_BROKEN_ROUNDS = 3;

/**
 * Kills the server `rounds` times, before, during and between calls in turn. The first call after it is back has to work,
 * no call may have run twice, and no more than one session may be open at the server.
 */
export async function killRounds(
  connections: Connections,
  server: KillableServer,
  kind: Kind,
  rounds: number,
  /** Rounds before these, whose ids are taken. */
  before = 0,
): Promise<KillReport> {
  const problems: string[] = [];
  const recoveries: number[] = [];
  const restarts: number[] = [];
  const answered: string[] = [];
  const unknown: string[] = [];
  let count = 0;
  let broken = 0;

  const call = async (holdMs = 0): Promise<{ id: string; work: Promise<ToolResult> }> => {
    count += 1;
    const id = `call-${before}-${count}`;
    const work = connections.callTool(server.target, {
      name: 'write',
      arguments: { id, holdMs },
      idempotencyKey: id,
      signal: AbortSignal.timeout(20_000),
    });
    work.catch(() => undefined);
    return { id, work };
  };
  const succeed = async (what: string): Promise<void> => {
    const { id, work } = await call();
    try {
      const result = await work;
      if (result.isError) problems.push(`${what}: ${id} failed: ${JSON.stringify(result.content)}`);
      else answered.push(id);
    } catch (error) {
      problems.push(`${what}: ${id}: ${messageOf(error)}`);
    }
  };
  /** Kills a server that answers nothing just now, and waits until that is seen. */
  const kill = async (): Promise<void> => {
    if (kind !== 'stdio') return server.kill();
    const pid = await pidOf(connections, server);
    const connectsOf = (): number => connections.health(server.target.scope)[0]?.connects ?? 0;
    const connects = connectsOf();
    process.kill(pid, 'SIGKILL');
    // What is written to a process that is just dying may or may not have been read; here the call comes after.
    await until(
      () =>
        connectsOf() > connects ||
        connections.health(server.target.scope).every(({ state }) => state !== 'ready'),
    );
  };
  const killDuring = async (what: string): Promise<void> => {
    const pid = kind === 'stdio' ? await pidOf(connections, server) : undefined;
    const { id, work } = await call(5_000);
    await until(() => server.written().includes(id));
    if (pid === undefined) await server.kill();
    else process.kill(pid, 'SIGKILL');
    const outcome = await work.then(
      () => 'it was answered',
      (error: unknown) =>
        error instanceof ConnectionError && error.mayHaveRun ? 'unknown' : `it ended with ${String(error)}`,
    );
    if (outcome === 'unknown') unknown.push(id);
    else problems.push(`${what}: ${id} had run and ${outcome}`);
  };
  const playRound = async (moment: (typeof MOMENTS)[number], what: string): Promise<void> => {
    if (moment === 'between') await succeed(what);
    const killedAt = Date.now();
    if (moment === 'during') await killDuring(what);
    else await kill();
    await server.start();
    const calledAt = Date.now();
    await succeed(what);
    const answeredAt = Date.now();
    recoveries.push(answeredAt - Math.max(server.backAt, calledAt));
    if (kind === 'stdio') restarts.push(answeredAt - killedAt);
    await until(async () => (await server.sessions()) <= 1);
  };

  await succeed('first');
  for (let round = 0; round < rounds; round += 1) {
    const moment = MOMENTS[round % MOMENTS.length] ?? 'before';
    const what = `${kind}, round ${round}, ${moment}`;
    await playRound(moment, what).catch((error: unknown) => {
      broken += 1;
      problems.push(`${what}: ${messageOf(error)}`);
    });
    if (broken >= MOST_BROKEN_ROUNDS) break;
  }

  const written = server.written();
  const doubled = written.filter((id, index) => written.indexOf(id) !== index);
  const lost = [...answered, ...unknown].filter(id => !written.includes(id));
  problems.push(
    ...doubled.map(id => `${id} ran twice`),
    ...lost.map(id => `${id} was answered and never ran`),
  );
  return { kind, kills: recoveries.length, recoveries, restarts, problems };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function pidOf(connections: Connections, server: KillableServer): Promise<number> {
  const signal = AbortSignal.timeout(20_000);
  const call = { name: 'pid', arguments: {}, idempotencyKey: 'pid', signal };
  const [block] = (await connections.callTool(server.target, call)).content;
  return block?.type === 'text' ? Number(block.text) : Number.NaN;
}

/** Waits for what can be seen, at most twenty seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    if (await holds()) return;
    await wait(5);
  }
  throw new Error('What was waited for did not come.');
}
