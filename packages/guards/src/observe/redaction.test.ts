import { describe, expect, it } from 'vitest';
import { createRedaction } from './redaction.ts';

describe('createRedaction', () => {
  const redact = createRedaction({ fields: ['ssn'] });

  it.each([
    'password',
    'user_password',
    'apiKey',
    'api_key',
    'X-API-Key',
    'accessToken',
    'client_secret',
    'Authorization',
    'privateKey',
    'cookie',
    'SSN',
  ])('leaves out the value of a field named %s, at any depth', name => {
    expect(redact({ [name]: 'hush' })).not.toContain('hush');
    expect(redact({ list: [{ deep: { [name]: { inner: 'hush' } } }] })).not.toContain('hush');
  });

  it.each([
    'Bearer abc',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x',
    'sk-123456',
    'ghp_abcdef',
    '-----BEGIN RSA PRIVATE KEY-----\nMII',
    'AKIAABCDEFGHIJKLMNOP',
  ])('leaves out a value that looks like a secret: %s', value => {
    expect(JSON.parse(redact({ note: value, list: [value] }))).toEqual({
      note: '[redacted]',
      list: ['[redacted]'],
    });
  });

  it('keeps the rest as it is', () => {
    const args = { query: 'SELECT 1', limit: 5, deep: { on: true, none: null }, list: [1, 'two'] };
    expect(JSON.parse(redact(args))).toEqual(args);
  });

  it('writes what has a form of its own as JSON does, and looks into that form', () => {
    const own = { toJSON: () => ({ token: 'hush', at: new Date(0), list: [new Date(0), 'sk-123456'] }) };
    expect(JSON.parse(redact({ own, day: new Date(0), list: [own] }))).toEqual({
      own: { token: '[redacted]', at: '1970-01-01T00:00:00.000Z', list: expect.anything() as unknown },
      day: '1970-01-01T00:00:00.000Z',
      list: [{ token: '[redacted]', at: expect.anything() as unknown, list: expect.anything() as unknown }],
    });
    expect(redact({ own })).not.toMatch(/hush|sk-123456/);
  });

  it('changes nothing in what it was given', () => {
    const args = { deep: { token: 'hush', list: ['sk-123456', { pin: 1 }] } };
    const before = structuredClone(args);
    expect(redact(args)).not.toMatch(/hush|sk-123456/);
    expect(args).toEqual(before);
  });

  it('cuts long texts, and keeps only the names of what is too long in all', () => {
    expect(redact({ body: 'x'.repeat(1000) })).toContain('… (1000 characters)');
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`field_${index}`, 'x'.repeat(400)]),
    );
    const kept = JSON.parse(redact(many)) as { fields: string[] };
    expect(kept.fields).toHaveLength(50);
    expect(redact(many).length).toBeLessThan(8000);
  });

  it('does not fail on what JSON cannot carry', () => {
    const cycle: Record<string, unknown> = { big: 1n };
    expect(redact(cycle)).toBe('{"big":"1"}');
    cycle['self'] = cycle;
    expect(redact(cycle)).toBe('{"left_out":"not JSON"}');
  });
});
