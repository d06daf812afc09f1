import { describe, expect, it } from 'vitest';
import { createApiKeyAuth } from './api-key-auth.ts';
import { createBearerAuth } from './bearer-auth.ts';
import { createGuards, type GuardsOptions } from './create-guards.ts';
import type { CallOutcome, Guard, GuardedCall } from './guard.ts';
import { createLimits } from './limits/create-limits.ts';
import type { Visit } from './visit.ts';

const DONE: CallOutcome = { kind: 'result', result: { content: [] } };

async function visit(options: GuardsOptions, headers: Readonly<Record<string, string>> = {}): Promise<Visit> {
  const guards = createGuards(options);
  const arrived = guards.arrive({ method: 'POST', path: '/mcp', header: name => headers[name], id: 'own' });
  await guards.admit(arrived);
  return arrived;
}

describe('admit', () => {
  it('lets everyone in when nothing is switched on, without a promise', () => {
    const guards = createGuards({});
    const arrived = guards.arrive({ method: 'GET', path: '/', header: () => undefined, id: 'own' });
    expect(guards.admit(arrived)).toBeUndefined();
    expect(arrived.refusal).toBeUndefined();
    expect(arrived.call).toBeUndefined();
  });

  it('takes a plain request id from the caller, and no other', async () => {
    expect((await visit({}, { 'x-request-id': 'a-1' })).requestId).toBe('a-1');
    expect((await visit({}, { 'x-request-id': 'a\nb' })).requestId).toBe('own');
  });

  it('asks one way after the other who calls, and tells the one reason that says most', async () => {
    const auth = [
      createBearerAuth({ tokens: ['t'] }),
      createApiKeyAuth({ keys: [{ token: 'k', name: 'ada' }] }),
    ];
    expect((await visit({ auth }, { 'x-api-key': 'k' })).caller?.subject).toBe('ada');
    expect((await visit({ auth }, { authorization: 'Bearer t' })).refusal).toBeUndefined();
    expect((await visit({ auth }, { authorization: 'Bearer x' })).refusal).toEqual({
      status: 401,
      by: 'auth',
      detail: 'Invalid token',
      headers: { 'www-authenticate': 'Bearer error="invalid_token", ApiKey header="X-API-Key"' },
    });
    expect((await visit({ auth })).refusal).toMatchObject({
      detail: 'Missing or malformed bearer token or X-API-Key header',
      headers: { 'www-authenticate': 'Bearer, ApiKey header="X-API-Key"' },
    });
  });

  it('tells of wrong credentials, and a refusal takes the place of the 401; not of none, nor of right ones', async () => {
    const options = {
      auth: createBearerAuth({ tokens: ['t'] }),
      limits: createLimits({ wrongCredentials: '1/day' }),
    };
    const guards = createGuards(options);
    const statusOf = async (authorization: string | undefined, peer: string): Promise<number | undefined> => {
      const header = () => authorization;
      const arrived = guards.arrive({ method: 'GET', path: '/', header, peer, id: 'own' });
      await guards.admit(arrived);
      return arrived.refusal?.status;
    };
    const [one, same, other] = ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'];
    expect(await statusOf(undefined, one)).toBe(401);
    expect(await statusOf('Bearer x', one)).toBe(401);
    expect(await statusOf('Bearer y', same)).toBe(429);
    expect(await statusOf('Basic t', same)).toBe(429);
    expect(await statusOf('Bearer t', one)).toBeUndefined();
    expect(await statusOf(undefined, one)).toBe(401);
    expect(await statusOf('Bearer x', other)).toBe(401);
  });

  it('runs the checks of all sections in their order, and none after a refusal', async () => {
    const seen: string[] = [];
    const section = (name: string, refuses = false): Guard => ({
      arrive: async () => void seen.push(`${name} arrive`),
      admit: async ({ caller }) => {
        seen.push(`${name} admit ${caller?.subject}`);
        return refuses ? { status: 429, by: 'limits', detail: 'Too many.' } : undefined;
      },
    });
    const refused = await visit(
      {
        once: section('once'),
        limits: section('limits', true),
        metrics: section('metrics'),
        auth: createBearerAuth({ tokens: [{ token: 't', name: 'ada' }] }),
      },
      { authorization: 'Bearer t' },
    );
    expect(refused.refusal?.status).toBe(429);
    expect(seen).toEqual([
      'metrics arrive',
      'limits arrive',
      'once arrive',
      'metrics admit ada',
      'limits admit ada',
    ]);
  });
});

describe('call', () => {
  it('goes through the sections from the outside in, whatever order they are given in', async () => {
    const seen: string[] = [];
    const section = (name: string): Guard => ({
      call: async (_call, next) => {
        seen.push(`${name} begins`);
        const outcome = await next();
        seen.push(`${name} ends`);
        return outcome;
      },
    });
    const { call } = await visit({ once: section('once'), log: section('log') });
    expect(await call?.({} as GuardedCall, () => DONE)).toBe(DONE);
    expect(seen).toEqual(['log begins', 'once begins', 'once ends', 'log ends']);
  });
});

describe('leave and close', () => {
  it('reach every section', async () => {
    const seen: unknown[] = [];
    const section: Guard = {
      leave: (_visit, status) => void seen.push(status),
      close: async () => void seen.push('closed'),
    };
    const guards = createGuards({ metrics: section, log: section });
    guards.leave(guards.arrive({ method: 'GET', path: '/', header: () => undefined, id: 'own' }), 418);
    await guards.close();
    expect(seen).toEqual([418, 418, 'closed', 'closed']);
  });
});
