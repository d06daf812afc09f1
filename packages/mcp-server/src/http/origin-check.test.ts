import { describe, expect, it } from 'vitest';
import { createOriginCheck, isLoopback } from './origin-check.ts';

describe('createOriginCheck', () => {
  it.each([
    ['localhost:8000', undefined],
    ['127.0.0.1', undefined],
    ['[::1]:8000', undefined],
    ['LOCALHOST:1', undefined],
    ['localhost:8000', 'http://localhost:5173'],
    ['localhost:8000', 'http://127.0.0.1'],
  ])('lets loopback in: %s, from %s', (host, origin) => {
    expect(createOriginCheck({})(host, origin)).toBeUndefined();
  });

  it.each([
    [undefined, undefined],
    ['', undefined],
    ['evil.example', undefined],
    ['localhost.evil.example:8000', undefined],
    ['evil.example#localhost', undefined],
    ['localhost@evil.example', undefined],
    ['evil.example@localhost', undefined],
    ['localhost/x', undefined],
    ['localhost:8000', 'http://evil.example'],
    ['localhost:8000', 'http://localhost.evil.example'],
    ['localhost:8000', 'null'],
    ['localhost:8000', ''],
  ])('keeps others out: %s, from %s', (host, origin) => {
    expect(createOriginCheck({})(host, origin)).toEqual(expect.stringMatching(/operator can add it/));
  });

  it('goes by what is allowed', () => {
    const check = createOriginCheck({
      allowedHosts: ['mcp.example.com'],
      allowedOrigins: ['https://app.example.com'],
    });
    expect(check('mcp.example.com:443', 'https://app.example.com')).toBeUndefined();
    expect(check('localhost', undefined)).toBeDefined();
    expect(check('mcp.example.com', 'https://app.example.com:8443')).toBeDefined();
    expect(check('mcp.example.com', 'http://app.example.com')).toBeDefined();
  });

  it('can be told to let every name in, and still no pages', () => {
    const check = createOriginCheck({ allowedHosts: ['*'], allowedOrigins: [] });
    expect(check('anything.example', undefined)).toBeUndefined();
    expect(check(undefined, undefined)).toBeUndefined();
    expect(check('anything.example', 'http://anything.example')).toBeDefined();
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['10.0.0.1', false],
  ['127.evil.example', false],
])('isLoopback(%s) is %s', (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
});
