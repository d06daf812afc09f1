import { setTimeout as sleep } from 'node:timers/promises';
import { openSagas, type SagaView, type Sagas } from '@tramontane/mcp-server/saga';
import type { KeysOutput } from './keys.ts';
import type { SagasCommand } from './saga-arguments.ts';
import { StartError } from './start-error.ts';
import { toTable } from './table.ts';

const LISTED = 1_000;
/** Servers look for sagas that shall be tried again every second. */
const TAKEN_UP_MS = 5_000;
const ENDED_MS = 60_000;
const LOOK_MS = 100;

/** Carries out `tramontane sagas …` on the database that servers keep their sagas in. Returns the exit code. */
export async function runSagas(
  command: SagasCommand,
  environment: NodeJS.ProcessEnv,
  output: KeysOutput,
): Promise<number> {
  const connectionString = environment['DATABASE_URL'];
  if (connectionString === undefined || connectionString === '')
    throw new StartError(
      'database_missing',
      'DATABASE_URL is not set. Set it to the database that the server keeps its sagas in.',
    );
  const { openPostgresSagaStore } = await import('@tramontane/mcp-server/postgres');
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const { table } = command;
  const opening = openPostgresSagaStore({ connectionString, table, mustExist: true, log });
  await using store = await opening.catch((error: unknown) => {
    // What the store says of its tables is for people already; what the database's client says is not.
    if (!(error instanceof Error) || error.name === 'KitError') throw error;
    const message = `The database of DATABASE_URL cannot be used: ${error.message}`;
    throw new StartError('database_missing', message, { cause: error });
  });
  // It knows none of them, so it carries none: it looks, and leaves a wish for the server that does.
  await using sagas = openSagas({ sagas: [], store, log });
  if (command.kind === 'sagas-list') return await list(command, sagas, output);
  const { id } = command;
  const before = await store.get(id);
  if (before && (await sagas.retry(id))) {
    const isTakenUp = async () => ((await store.get(id))?.events.length ?? 0) > before.events.length;
    return await follow(id, sagas, isTakenUp, output);
  }
  output.say(
    before === undefined
      ? `There is no saga ${id} in ${table}. tramontane sagas list shows those that wait.`
      : `Saga ${id} is ${before.status}. Only a parked one can be tried again.`,
  );
  return 1;
}

async function list(
  command: Extract<SagasCommand, { kind: 'sagas-list' }>,
  sagas: Sagas,
  { out, say, width }: KeysOutput,
): Promise<number> {
  const found = await sagas.list({ limit: LISTED, ...(!command.all && { status: 'parked' }) });
  if (command.json) out(JSON.stringify(found, null, 2));
  else if (found.length === 0) say(command.all ? 'There are no sagas.' : 'No saga waits for a person.');
  else out(toTable(found.map(toRow), { width, limit: found.length }));
  return 0;
}

function toRow({ id, name, status, createdAt, parked, problem, input }: SagaView) {
  return {
    id,
    saga: name,
    status,
    begun: createdAt,
    step: parked?.step,
    error: parked?.error ?? problem,
    input,
  };
}

/** Says what came of it, as far as that takes no longer than a person waits. */
async function follow(
  id: string,
  sagas: Sagas,
  isTakenUp: () => Promise<boolean>,
  { say }: KeysOutput,
): Promise<number> {
  const limit = Date.now() + TAKEN_UP_MS;
  while (!(await isTakenUp())) {
    if (Date.now() > limit) {
      say('No server took it up yet. One that knows this saga does, as soon as it runs on this database.');
      return 0;
    }
    await sleep(LOOK_MS);
  }
  const patience = AbortSignal.timeout(ENDED_MS);
  const view = await sagas.wait(id, patience).catch((error: unknown) => {
    if (!patience.aborted) throw error;
    return undefined;
  });
  if (view === undefined) {
    say('It is being tried again, and still under way. tramontane sagas list --all shows how it ends.');
    return 0;
  }
  const { status, parked } = view;
  say(parked ? `It is parked again. ${parked.step}: ${parked.error}` : `Saga ${id} ended: ${status}.`);
  return parked ? 1 : 0;
}
