import { describe, expect, it } from 'vitest';
import { checkClientAlone } from '../../conformance/kit/check-client.ts';
import { REVISIONS } from '../../conformance/kit/requirements.ts';
import { isClean } from '../../conformance/kit/verdict.ts';

const SCORED = { '2025-11-25': 18, '2026-07-28': 32 };
const UNSCORED = 7;

// One scenario at a time, which is the stricter way: exit codes, warnings and time limits count. npm run conformance
// runs the sets of the kit too.
describe('the official conformance kit against the client', () => {
  it.each(REVISIONS)(
    'passes every scenario of %s without a warning',
    async revision => {
      const { scored, unscored, faults } = await checkClientAlone(revision);
      expect(faults).toEqual([]);
      expect(scored).toHaveLength(SCORED[revision]);
      expect(unscored).toHaveLength(UNSCORED);
      expect(unscored.filter(result => !isClean(result))).toEqual([]);
    },
    300_000,
  );
});
