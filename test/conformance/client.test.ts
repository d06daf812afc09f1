import { describe, expect, it } from 'vitest';
import { checkClientAlone } from '../../conformance/kit/check-client.ts';
import { REVISIONS } from '../../conformance/kit/requirements.ts';
import { isClean } from '../../conformance/kit/verdict.ts';

/** What is not a matter of signing in. */
const isPlain = (name: string): boolean => !name.startsWith('auth/');
const SCORED = { '2025-11-25': 4, '2026-07-28': 7 };

// One scenario at a time, which is the stricter way: exit codes, warnings and time limits count. npm run conformance
// runs the sets of the kit too.
describe('the official conformance kit against the client', () => {
  it.each(REVISIONS)(
    'passes every scenario of %s without a warning',
    async revision => {
      const { scored, unscored, faults } = await checkClientAlone(revision, isPlain);
      expect(faults).toEqual([]);
      expect(scored).toHaveLength(SCORED[revision]);
      expect(unscored.filter(result => !isClean(result))).toEqual([]);
    },
    300_000,
  );
});
