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
