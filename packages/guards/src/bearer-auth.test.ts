import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AuthVerdict } from './auth.ts';
import { createApiKeyAuth } from './api-key-auth.ts';
import { createBearerAuth } from './bearer-auth.ts';
import { GuardsError } from './guards-error.ts';
import { createTokenLookup } from './token-list.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const auth = createBearerAuth({
  tokens: [
    'first',
    { token: 'second', name: 'ada' },
    { sha256: sha256('third').toUpperCase(), scopes: ['read'] },
  ],
});
const check = (authorization?: string): AuthVerdict =>
  auth.check(name => (name === 'authorization' ? authorization : undefined)) as AuthVerdict;
const callerOf = (verdict: AuthVerdict) => (verdict.ok ? verdict.caller : undefined);

describe('createBearerAuth', () => {
  it('accepts every token, in clear or as a digest', () => {
    for (const token of ['first', 'second', 'third']) expect(check(`Bearer ${token}`).ok).toBe(true);
  });

  it('gives each token a fingerprint of its own that is not the digest', () => {
    const prints = ['first', 'second', 'third'].map(token => callerOf(check(`Bearer ${token}`))?.fingerprint);
    expect(new Set(prints).size).toBe(3);
    for (const print of prints) expect(print).toMatch(/^[0-9a-f]{16}$/);
    expect(sha256('first')).not.toContain(prints[0]);
  });

  it('knows a caller by the name of the token, and what it may do', () => {
    expect(callerOf(check('Bearer second'))?.subject).toBe('ada');
    expect(callerOf(check('Bearer first'))?.subject).toMatch(/^token:[0-9a-f]{16}$/);
    expect(callerOf(check('Bearer third'))?.scopes).toEqual(new Set(['read']));
    expect(callerOf(check('Bearer first'))?.scopes).toBeUndefined();
  });

  it('reads the scheme in any case', () => {
    expect(check('bearer first').ok).toBe(true);
    expect(check('BEARER  first').ok).toBe(true);
  });

  it.each([
    [undefined, 'missing'],
    ['', 'missing'],
    ['first', 'malformed'],
    ['Bearer', 'malformed'],
    ['Bearer ', 'malformed'],
    ['Bearer first second', 'malformed'],
    ['Basic Zmlyc3Q=', 'malformed'],
    ['Bearer firs', 'invalid'],
    ['Bearer firstt', 'invalid'],
    ['Bearer FIRST', 'invalid'],
    [`Bearer ${sha256('third')}`, 'invalid'],
  ] as const)('refuses %j as %s', (header, reason) => {
    expect(check(header)).toEqual({ ok: false, reason });
  });
});

describe('createTokenLookup', () => {
  it('lets a caller change its token: both are the same caller until the old one expires', () => {
    let now = Date.parse('2027-01-31T11:59:59Z');
    const lookup = createTokenLookup(
      [
        { token: 'old', name: 'ci', expires: '2027-01-31T12:00:00Z' },
        { token: 'new', name: 'ci' },
      ],
      () => now,
    );
    expect(callerOf(lookup('old'))?.subject).toBe('ci');
    expect(callerOf(lookup('new'))?.subject).toBe('ci');
    now += 1000;
    expect(lookup('old')).toEqual({ ok: false, reason: 'expired' });
    expect(callerOf(lookup('new'))?.subject).toBe('ci');
  });

  it.each([
    [[], 'no_tokens'],
    [[''], 'bad_token'],
    [['good', ' '], 'bad_token'],
    [['two words'], 'bad_token'],
    [[{ sha256: 'abc' }], 'bad_token'],
    [[{}], 'bad_token'],
    [[{ token: 'a', sha256: sha256('a') }], 'bad_token'],
    [[{ token: 'a', expires: 'soon' }], 'bad_token'],
  ] as const)('is not created from %j', (tokens, code) => {
    const error = (() => {
      try {
        return createTokenLookup(tokens);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(GuardsError);
    expect((error as GuardsError).code).toBe(code);
  });

  it('keeps tokens out of the messages', () => {
    expect(() => createTokenLookup(['very secret'])).toThrow(/^(?!.*very secret)/);
    expect(() => createTokenLookup([{ sha256: 'not-a-hash' }])).toThrow(/^(?!.*not-a-hash)/);
  });
});

describe('createApiKeyAuth', () => {
  const keys = createApiKeyAuth({ header: 'X-Company-Key', keys: ['k1', { token: 'k2', name: 'ada' }] });
  const withKey = (key?: string) => keys.check(name => (name === 'x-company-key' ? key : undefined));

  it('reads the header that was chosen', () => {
    expect(withKey('k2')).toMatchObject({ ok: true, caller: { subject: 'ada' } });
    expect(withKey('k3')).toEqual({ ok: false, reason: 'invalid' });
    expect(withKey()).toEqual({ ok: false, reason: 'missing' });
  });

  it('refuses a header that cannot be', () => {
    expect(() => createApiKeyAuth({ header: 'X Key', keys: ['k'] })).toThrow(
      'cannot be the name of a header',
    );
  });
});
