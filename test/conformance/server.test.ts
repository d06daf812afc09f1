import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveHttp, type HttpServing } from '@tramontane/mcp-server';
import { checkServer } from '../../conformance/kit/check-server.ts';
import { checkSkills, SKILL_SCENARIOS } from '../../conformance/kit/check-skills.ts';
import { REVISIONS } from '../../conformance/kit/requirements.ts';
import { isClean, judge } from '../../conformance/kit/verdict.ts';
import { createFixture } from '../../conformance/server/fixture.ts';

const SCORED = { '2025-11-25': 30, '2026-07-28': 37 };
let serving: HttpServing;

beforeAll(async () => {
  serving = await serveHttp(createFixture(), { host: 'localhost', port: 0 });
});
afterAll(() => serving.close());

describe('the official conformance kit', () => {
  it.each(REVISIONS)(
    'passes every scored scenario of %s without a warning',
    async revision => {
      const { scored, unscored, faults } = await checkServer(`${serving.url}/mcp`, revision);
      expect(faults).toEqual([]);
      expect(scored).toHaveLength(SCORED[revision]);
      const failing = unscored.filter(result => !isClean(result)).map(({ name }) => name);
      // The kit skips this one, whatever the server does.
      expect(failing.filter(name => name !== 'tasks-status-notifications')).toEqual([]);
    },
    120_000,
  );

  it('passes the scenarios of the skills extension without a warning', async () => {
    const { scored, faults } = await checkSkills(`${serving.url}/mcp`);
    expect(faults).toEqual([]);
    expect(scored).toHaveLength(SKILL_SCENARIOS.length);
  }, 60_000);
});

describe('the verdict', () => {
  const result = { name: 'a', passed: 1, failed: 0, warnings: 0, problems: [] };

  it('does not let through what the kit does', () => {
    expect(judge([result], ['a']).faults).toEqual([]);
    expect(judge([], ['a']).faults).toEqual(['a: the kit did not run it']);
    expect(judge([{ ...result, passed: 0 }], ['a']).faults).toEqual(['a: the kit checked nothing']);
    const warned = { ...result, warnings: 1, problems: ['WARNING w: why'] };
    expect(judge([warned], ['a']).faults).toEqual(['a: WARNING w: why']);
    expect(judge([warned], []).faults).toEqual([]);
  });
});
