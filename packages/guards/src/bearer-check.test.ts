import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createBearerCheck } from './bearer-check.ts';
import { GuardsError } from './guards-error.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('createBearerCheck', () => {
  const check = createBearerCheck({
    tokens: ['first', 'second'],
    sha256Hashes: [sha256('third').toUpperCase()],
  });

  it('accepts every configured token, in clear or as a digest', () => {
    for (const token of ['first', 'second', 'third']) expect(check(`Bearer ${token}`).ok).toBe(true);
  });

  it('gives each token a fingerprint of its own that is not the digest', () => {
    const prints = ['first', 'second', 'third'].map(token => {
      const verdict = check(`Bearer ${token}`);
      return verdict.ok ? verdict.fingerprint : '';
    });
    expect(new Set(prints).size).toBe(3);
    for (const print of prints) expect(print).toMatch(/^[0-9a-f]{16}$/);
    expect(sha256('first')).not.toContain(prints[0]);
  });

  it('gives a token the same fingerprint however it was configured', () => {
    const byHash = createBearerCheck({ sha256Hashes: [sha256('first')] });
    expect(byHash('Bearer first')).toEqual(check('Bearer first'));
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

  it.each([
    [{}, 'no_tokens'],
    [{ tokens: [], sha256Hashes: [] }, 'no_tokens'],
    [{ tokens: [''] }, 'bad_token'],
    [{ tokens: ['good', ' '] }, 'bad_token'],
    [{ tokens: ['two words'] }, 'bad_token'],
    [{ sha256Hashes: ['abc'] }, 'bad_token'],
  ] as const)('is not created from %j', (options, code) => {
    const error = (() => {
      try {
        return createBearerCheck(options);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(GuardsError);
    expect((error as GuardsError).code).toBe(code);
  });

  it('keeps tokens out of the messages', () => {
    expect(() => createBearerCheck({ tokens: ['very secret'] })).toThrow(/^(?!.*very secret)/);
    expect(() => createBearerCheck({ sha256Hashes: ['not-a-hash'] })).toThrow(/^(?!.*not-a-hash)/);
  });
});
