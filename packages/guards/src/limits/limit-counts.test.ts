import { describe, expect, it } from 'vitest';
import { createLimitCounts, type CallTaken, type Limited, type LimitsOptions } from './limit-counts.ts';

const isLimited = (taken: Limited | CallTaken): taken is Limited => 'message' in taken;

describe('createLimitCounts', () => {
  it('limits the requests of each caller, and tells where it stands', async () => {
    const { takeRequest } = createLimitCounts({ perCaller: '2/minute' });
    expect(await takeRequest('anna')).toBeUndefined();
    expect(await takeRequest('anna')).toBeUndefined();
    expect(await takeRequest('anna')).toEqual({
      scope: 'caller',
      limit: '2/minute',
      retryAfterSeconds: 60,
      message: 'The rate limit of this server is reached: 2/minute for each caller. Try again in 60 s.',
      headers: {
        'ratelimit-policy': '"caller";q=2;w=60',
        ratelimit: '"caller";r=0;t=60',
        'retry-after': '60',
      },
    });
    expect(await takeRequest('berta')).toBeUndefined();
  });

  it('limits all together, and a caller over its own limit takes nothing from the others', async () => {
    const { takeRequest } = createLimitCounts({ perCaller: '2/minute', global: '4/minute' });
    const anna = await Promise.all(Array.from({ length: 10 }, async () => takeRequest('anna')));
    expect(anna.filter(limited => limited === undefined)).toHaveLength(2);
    expect(await takeRequest('berta')).toBeUndefined();
    expect(await takeRequest('clara')).toBeUndefined();
    const refused = await takeRequest('dora');
    expect(refused?.scope).toBe('global');
    expect(refused?.headers['ratelimit']).toMatch(/^"global";r=0/);
  });

  it('limits wrong credentials from each address', async () => {
    const { takeWrong, takeRequest } = createLimitCounts({ wrongCredentials: '1/minute' });
    expect(await takeWrong('address:192.0.2.1')).toBeUndefined();
    expect(await takeWrong('address:192.0.2.1')).toMatchObject({
      scope: 'wrong_credentials',
      message:
        'The rate limit of this server is reached: 1/minute with wrong credentials from each address. Try again in 60 s.',
      headers: { 'retry-after': '60', 'ratelimit-policy': '"wrong_credentials";q=1;w=60' },
    });
    expect(await takeWrong('address:192.0.2.2')).toBeUndefined();
    expect(await takeRequest('anna')).toBeUndefined();
  });

  it('limits a tool for each caller, for all, and others by "*", each tool for itself', async () => {
    const { takeCall } = createLimitCounts({
      tools: { send: { all: '3/hour', perCaller: '2/hour' }, query: '1/minute', '*': '2/minute' },
    });
    const scopes = async (tool: string, callers: readonly string[]) => {
      const taken = [];
      for (const caller of callers) taken.push(await takeCall(tool, caller));
      return taken.map(one => (isLimited(one) ? one.scope : 'ok'));
    };
    expect(await scopes('send', ['a', 'a', 'a', 'b', 'c'])).toEqual([
      'ok',
      'ok',
      'tool_caller',
      'ok',
      'tool',
    ]);
    expect(await scopes('query', ['a', 'a', 'b'])).toEqual(['ok', 'tool_caller', 'ok']);
    expect(await scopes('one', ['a', 'a', 'a'])).toEqual(['ok', 'ok', 'tool_caller']);
    expect(await scopes('two', ['a'])).toEqual(['ok']);
    const refused = await takeCall('query', 'a');
    expect(isLimited(refused) && refused.message).toBe(
      'The rate limit of tool "query" is reached: 1/minute for each caller. Try again in 60 s.',
    );
  });

  it('lets only so many calls of a tool run at once, and counts a release once', async () => {
    const { takeCall } = createLimitCounts({ tools: { slow: { atOnce: 2 } } });
    const first = (await takeCall('slow', 'a')) as CallTaken;
    await takeCall('slow', 'b');
    expect(await takeCall('slow', 'c')).toMatchObject({ scope: 'tool_at_once', retryAfterSeconds: 1 });
    first.release();
    first.release();
    expect(isLimited(await takeCall('slow', 'c'))).toBe(false);
    expect(isLimited(await takeCall('slow', 'c'))).toBe(true);
  });

  it('holds no place for a call that its rate refused', async () => {
    const { takeCall } = createLimitCounts({ tools: { slow: { perCaller: '1/hour', atOnce: 2 } } });
    await takeCall('slow', 'a');
    for (let time = 0; time < 5; time += 1)
      expect(await takeCall('slow', 'a')).toMatchObject({ scope: 'tool_caller' });
    expect(isLimited(await takeCall('slow', 'b'))).toBe(false);
  });

  it('lets a tool named like a property of every object alone', async () => {
    const { takeCall } = createLimitCounts({ tools: { send: '1/hour' } });
    expect(isLimited(await takeCall('constructor', 'a'))).toBe(false);
  });

  it.each<[LimitsOptions, string]>([
    [{ global: 'often' }, 'bad_rate'],
    [{ tools: { a: 'often' } }, 'bad_rate'],
    [{ tools: { a: { all: '1/eon' } } }, 'bad_rate'],
    [{ tools: { a: { atOnce: 0 } } }, 'bad_option'],
    [{ tools: { a: { atOnce: 1.5 } } }, 'bad_option'],
  ])('is not created from %j', (options, code) => {
    expect(() => createLimitCounts(options)).toThrow(expect.objectContaining({ code }));
  });
});
