// Onboards one customer in a process that a test kills: after event number `killAfter`, or from outside.
import { openSagas } from '@tramontane/mcp-server/saga';
import { openPostgresSagaStore } from '@tramontane/mcp-server/postgres';
import { defineOnboarding, type ServiceUrls } from './onboard-customer.ts';

interface Job {
  readonly databaseUrl: string;
  readonly table: string;
  readonly urls: ServiceUrls;
  readonly id: string;
  readonly killAfter?: number;
}

const drop = (): void => {};
const job = JSON.parse(process.argv[2] ?? '') as Job;
const store = await openPostgresSagaStore({ connectionString: job.databaseUrl, table: job.table });
const sagas = openSagas({
  log: { debug: drop, info: drop, warn: drop, error: drop },
  sagas: [defineOnboarding(job.urls, { backoffMs: 5 })],
  store: {
    ...store,
    append: async (id, seq, event, status) => {
      const written = await store.append(id, seq, event, status);
      if (seq === job.killAfter) process.kill(process.pid, 'SIGKILL');
      return written;
    },
  },
});
await sagas.start('onboard_customer', {
  input: { name: 'Ann', email: 'ann@example.com', plan: 'starter' },
  id: job.id,
  idempotencyKey: job.id,
});
