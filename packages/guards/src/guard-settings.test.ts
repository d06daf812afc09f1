import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AuthVerdict } from './auth.ts';
import { parseGuardSettings } from './guard-settings.ts';

describe('parseGuardSettings', () => {
  it('finds nothing where nothing is set', () => {
    expect(parseGuardSettings({})).toEqual({});
    expect(parseGuardSettings({ MCP_SECRET_TOKEN: ' ', ALLOWED_IPS: ',' })).toEqual({});
  });

  it('takes tokens and hashes of tokens, several at once, for one caller', () => {
    const { auth } = parseGuardSettings({
      MCP_SECRET_TOKEN: 'new, old',
      MCP_TOKEN_HASH: createHash('sha256').update('third').digest('hex'),
    });
    const check = (token: string) =>
      auth?.check(name => (name === 'authorization' ? `Bearer ${token}` : undefined)) as AuthVerdict;
    for (const token of ['new', 'old', 'third']) {
      expect(check(token)).toMatchObject({ ok: true, caller: { subject: 'operator' } });
    }
    expect(check('fourth').ok).toBe(false);
  });

  it('takes addresses', () => {
    expect(parseGuardSettings({ ALLOWED_IPS: '10.0.0.0/8, ::1', TRUSTED_PROXIES: '127.0.0.1' })).toEqual({
      network: { allow: ['10.0.0.0/8', '::1'], trustedProxies: ['127.0.0.1'] },
    });
  });

  it('tells all problems together, and no token', () => {
    const read = () =>
      parseGuardSettings({
        MCP_SECRET_TOKEN: 'very secret',
        MCP_TOKEN_HASH: 'abc',
        ALLOWED_IPS: '1.2.3.400',
      });
    expect(read).toThrow(/MCP_SECRET_TOKEN.*\nMCP_TOKEN_HASH.*\nALLOWED_IPS.*1\.2\.3\.400/);
    expect(read).toThrow(/^(?!.*very secret)/);
  });
});
