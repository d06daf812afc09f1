import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createCompress } from './compression.ts';
import { createCors } from './cors.ts';
import { toSecurityHeaders } from './security-headers.ts';

const page = 'https://api.mistral.ai';

describe('createCors', () => {
  const cors = createCors({ origins: [page] });
  const ask = (headers: Readonly<Record<string, string>>) => cors.toPreflight(name => headers[name]);
  const preflight = { origin: page, 'access-control-request-method': 'POST' };

  it('lets pages of the list read answers, and no other', () => {
    expect(cors.toHeaders(page)).toMatchObject({ 'access-control-allow-origin': page, vary: 'Origin' });
    expect(cors.toHeaders('https://evil.example')).toEqual({ vary: 'Origin' });
    expect(cors.toHeaders(undefined)).toEqual({ vary: 'Origin' });
    expect(createCors({ origins: ['*'] }).toHeaders('https://any.example')).toMatchObject({
      'access-control-allow-origin': '*',
    });
  });

  it('answers preflights: GET and POST, with the headers that are asked for', () => {
    expect(ask({ ...preflight, 'access-control-request-headers': 'authorization,x-api-key' })).toMatchObject({
      'access-control-allow-origin': page,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization,x-api-key',
      'access-control-max-age': '600',
    });
    expect(ask({ ...preflight, 'access-control-request-method': 'DELETE' })).toBeUndefined();
    expect(ask({ ...preflight, origin: 'https://evil.example' })).toBeUndefined();
    expect(ask({ ...preflight, 'access-control-request-headers': 'a\r\nb' })).toBeUndefined();
  });

  it.each(['https://api.mistral.ai/', 'api.mistral.ai', 'https://a.b/c'])(
    'takes no %j for an origin',
    origin => {
      expect(() => createCors({ origins: [origin] })).toThrow('is no origin');
    },
  );
});

describe('createCompress', () => {
  const compress = createCompress();
  const long = 'ä'.repeat(600);

  it('compresses what is long enough in what the caller takes', async () => {
    const br = await compress(long, 'gzip, deflate, br');
    expect(br?.encoding).toBe('br');
    expect(brotliDecompressSync(br?.bytes ?? new Uint8Array()).toString()).toBe(long);
    const gzip = await compress(long, 'gzip;q=0.5, br;q=0');
    expect(gzip?.encoding).toBe('gzip');
    expect(gunzipSync(gzip?.bytes ?? new Uint8Array()).toString()).toBe(long);
    expect((await compress(long, '*'))?.encoding).toBe('br');
  });

  it.each([
    ['short', 'br'],
    ['x'.repeat(999), 'br'],
    [long, undefined],
    [long, 'identity'],
    [long, 'gzip;q=0, br;q=0.0'],
  ])('leaves %j for %j as it is', (text, accepted) => {
    expect(compress(text, accepted)).toBeUndefined();
  });
});

it('toSecurityHeaders binds a host to https only when told to', () => {
  expect(toSecurityHeaders()).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  });
  expect(toSecurityHeaders()).not.toHaveProperty('strict-transport-security');
  expect(toSecurityHeaders({ hstsSeconds: 60 })).toMatchObject({
    'strict-transport-security': 'max-age=60; includeSubDomains',
  });
});
