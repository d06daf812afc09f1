import { setTimeout as wait } from 'node:timers/promises';
import { ConnectionError, type Connections, type ToolResult } from '@tramontane/mcp-client';
import type { Kind, KillableServer } from './killable-server.ts';

export const MOMENTS = ['before', 'during', 'between'] as const;

export interface KillReport {
  readonly kind: Kind;
  readonly kills: number;
  /** Milliseconds from the server's being back until the first call was answered, one for each kill. */
  readonly recoveries: readonly number[];
  readonly problems: readonly string[];
}

/**
 * Kills the server `rounds` times, before, during and between calls in turn. The first call after it is back has to work,
 * and no call may have run twice.
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
  const answered: string[] = [];
  const unknown: string[] = [];
  let count = 0;

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
      problems.push(`${what}: ${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const kill = async (): Promise<void> => {
    if (kind !== 'stdio') return server.kill();
    const pid = Number(await pidOf(connections, server));
    process.kill(pid, 'SIGKILL');
    // What is written to a process that is just dying may or may not have been read; here the call comes after.
    await until(() => connections.health(server.target.scope).every(({ state }) => state !== 'ready'));
  };

  await succeed('first');
  for (let round = 0; round < rounds; round += 1) {
    const moment = MOMENTS[round % MOMENTS.length] ?? 'before';
    const what = `${kind}, round ${round}, ${moment}`;
    if (moment === 'between') await succeed(what);
    if (moment === 'during') {
      const pid = kind === 'stdio' ? Number(await pidOf(connections, server)) : undefined;
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
    } else await kill();
    await server.start();
    const backAt = performance.now();
    await succeed(what);
    recoveries.push(performance.now() - backAt);
  }

  const written = server.written();
  const doubled = written.filter((id, index) => written.indexOf(id) !== index);
  const lost = [...answered, ...unknown].filter(id => !written.includes(id));
  problems.push(
    ...doubled.map(id => `${id} ran twice`),
    ...lost.map(id => `${id} was answered and never ran`),
  );
  return { kind, kills: rounds, recoveries, problems };
}

async function pidOf(connections: Connections, server: KillableServer): Promise<string> {
  const signal = AbortSignal.timeout(20_000);
  const call = { name: 'pid', arguments: {}, idempotencyKey: 'pid', signal };
  const [block] = (await connections.callTool(server.target, call)).content;
  return block?.type === 'text' ? block.text : '';
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 4_000; turn += 1) {
    if (holds()) return;
    await wait(5);
  }
  throw new Error('What was waited for did not come.');
}
