import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSagas, type Sagas } from '@tramontane/mcp-server/saga';
import { openPostgresSagaStore, type PostgresSagaStore } from '@tramontane/mcp-server/postgres';
import { openTestDatabase, type TestDatabase } from '@tramontane/testkit/database';
import { defineOnboarding } from './onboard-customer.ts';
import { openServices, SERVICES, type ServiceRequest, type Services } from './services.ts';

const PROGRAM = fileURLToPath(new URL('onboard.test-program.ts', import.meta.url));
const TABLE = 'sagas';
/** Events of a saga that completes: two a step and the end. */
const COMPLETED = 2 * SERVICES.length + 1;
/** Three steps done, the fourth refused, three taken back, and the end. */
const COMPENSATED = 2 * SERVICES.length + 2 * 3 + 1;

let database: TestDatabase;
let store: PostgresSagaStore;
let services: Services;
/** The process that goes on with what the killed ones left. */
let survivor: Sagas;
/** What a saga under test waits for at the services, by its id. */
const kills = new Map<string, (request: ServiceRequest, when: 'before' | 'after') => Promise<void>>();
const withoutTickets = new Set<string>();
let sagas = 0;
const idOf = ({ key }: ServiceRequest): string => key.split('/')[0] ?? '';
const drop = (): void => {};
const log = { debug: drop, info: drop, warn: drop, error: drop };

beforeAll(async () => {
  database = await openTestDatabase();
  services = await openServices({
    onRequest: (request, when) => kills.get(idOf(request))?.(request, when),
    refuses: request => request.service === 'tickets' && withoutTickets.has(idOf(request)),
  });
  store = await openPostgresSagaStore({ connectionString: database.url, table: TABLE, graceMs: 0 });
  survivor = openSagas({
    sagas: [defineOnboarding(services.urls, { backoffMs: 5 })],
    store,
    sweepMs: 20,
    log,
  });
});
afterAll(async () => {
  await survivor.close();
  await store.close();
  await services[Symbol.asyncDispose]();
  await database.close();
});

function startChild(id: string, killAfter?: number): ChildProcess {
  const job = { databaseUrl: database.url, table: TABLE, urls: services.urls, id, killAfter };
  return spawn(process.execPath, ['--conditions=@tramontane/source', PROGRAM, JSON.stringify(job)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** Kills a process in the middle of a saga, and looks at the four services when another one has ended it. */
async function expectWhole(
  end: 'completed' | 'compensated',
  kill: { at?: string; after?: number },
): Promise<void> {
  const id = `saga-${(sagas += 1)}`;
  if (end === 'compensated') withoutTickets.add(id);
  let child: ChildProcess | undefined;
  kills.set(id, async ({ service, method }, when) => {
    if (`${when} ${method} ${service}` !== kill.at || !child) return;
    kills.delete(id);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  child = startChild(id, kill.after);
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');

  const view = await survivor.wait(id, AbortSignal.timeout(20_000));
  expect(view.status).toBe(end);
  const keys = ['customer', 'billing', 'welcome', 'ticket'].map(step => `${id}/${step}`);
  for (const [index, service] of SERVICES.entries()) {
    const key = keys[index] ?? '';
    expect(services.keys(service).filter(each => each.startsWith(`${id}/`))).toEqual(
      end === 'completed' ? [key] : [],
    );
    // Nothing was ever made twice, not even to be taken back.
    expect(services.made(service, key)).toBeLessThanOrEqual(1);
  }
}

const STEPS = SERVICES.flatMap(service => [`before POST ${service}`, `after POST ${service}`]);
const UNDONE = ['email', 'billing', 'crm'].flatMap(service => [
  `before DELETE ${service}`,
  `after DELETE ${service}`,
]);

test.concurrent.each(STEPS)('killed %s, the onboarding completes elsewhere', at =>
  expectWhole('completed', { at }),
);

test.concurrent.each([...STEPS.slice(0, 6), ...UNDONE])(
  'killed %s, an onboarding without tickets is taken back elsewhere',
  at => expectWhole('compensated', { at }),
);

test.concurrent.each(Array.from({ length: COMPLETED - 1 }, (_, event) => event))(
  'killed after event %i of an onboarding that completes',
  after => expectWhole('completed', { after }),
);

test.concurrent.each(Array.from({ length: COMPENSATED - 1 }, (_, event) => event))(
  'killed after event %i of an onboarding that is taken back',
  after => expectWhole('compensated', { after }),
);
