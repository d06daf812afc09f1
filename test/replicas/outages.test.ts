import { expect, it } from 'vitest';
import { missingPrograms } from './open-cluster.ts';
import { runOutages } from './run-outages.ts';

// The short form of `npm run soak -- --only outages`.
it.skipIf(missingPrograms() !== undefined)(
  'without Redis all goes on, without PostgreSQL requests are refused clearly, and both heal by themselves (needs nginx and redis-server)',
  { timeout: 240_000 },
  async () => {
    const result = await runOutages({ seconds: 4, clients: 8, seed: 1 }, () => undefined);
    expect(result.problems).toEqual([]);
    expect(result).toMatchObject({ doubledEffects: 0, lostEntries: 0, hung: 0, healed: result.failed });
    expect(result.redisKilled.answered).toBeGreaterThan(0);
    expect(result.postgresRestarted.refused).toHaveProperty('503');
  },
);
