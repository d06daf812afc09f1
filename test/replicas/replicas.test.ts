import { expect, it } from 'vitest';
import { missingPrograms } from './open-cluster.ts';
import { runReplicas } from './run-replicas.ts';

const missing = missingPrograms();

// The short form of `npm run soak -- --only replicas`.
it.skipIf(missing !== undefined)(
  'of three replicas one may be killed and one restarted: nothing is lost or done twice (needs nginx and redis-server)',
  { timeout: 240_000 },
  async () => {
    const result = await runReplicas({ seconds: 2, clients: 12, seed: 1 }, () => undefined);
    expect(result.problems).toEqual([]);
    expect(result).toMatchObject({ doubledEffects: 0, lostEntries: 0, hung: 0, healed: result.failed });
    expect(result.takenOver.orphans).toBeGreaterThan(0);
  },
);
