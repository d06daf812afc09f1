import { describe, expect, test } from 'vitest';
import { ConnectionError } from './connection-error.ts';
import { type ServerTarget, parseTarget } from './server-target.ts';

const target: ServerTarget = {
  scope: { workspace: 'w', connector: 'c', credential: 'd' },
  url: 'https://tools.example/mcp',
  auth: { type: 'none' },
  timeoutMs: 1_000,
};

function refusal(parts: Partial<ServerTarget>): ConnectionError {
  try {
    parseTarget({ ...target, ...parts });
  } catch (error) {
    if (error instanceof ConnectionError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('headers that would break the exchange', () => {
  test.each([
    'Host',
    'content-length',
    'Connection',
    'Transfer-Encoding',
    'Proxy-Connection',
    'Mcp-Session-Id',
    'MCP-Protocol-Version',
    'Mcp-Param-Region',
    'X-Tramontane-Exchange',
  ])('%s', header => {
    for (const parts of [
      { auth: { type: 'api_key', key: 'secret', header } as const },
      { headers: { [header]: 'secret' } },
    ]) {
      const error = refusal(parts);
      expect([error.code, error.answered]).toEqual(['invalid_target', false]);
      expect(error.message).toContain(`The header ${header} cannot be set`);
      expect(error.message).not.toContain('secret');
    }
  });

  test.each([
    { 'bad name': 'secret' },
    { '': 'secret' },
    { 'x-ok': 'secret\nvalue' },
    { 'x-ok': 'secret\u2603' },
  ])('%j', headers => {
    const error = refusal({ headers });
    expect(error.code).toBe('invalid_target');
    expect(error.message).toContain('that HTTP does not allow');
    expect(error.message).not.toContain('secret');
  });
});

test('headers of other names and keys are taken', () => {
  const { headers } = parseTarget({
    ...target,
    auth: { type: 'api_key', key: 'k', header: 'X-My-Key' },
    headers: { 'Accept-Language': 'fr', 'X-Mcp': 'y' },
  });
  expect(headers).toEqual({ 'x-my-key': 'k', 'accept-language': 'fr', 'x-mcp': 'y' });
});
