import { describe, expect, it } from 'vitest';
import { GuardsError } from './guards-error.ts';
import { createNetworkCheck, type NetworkOptions } from './network.ts';
import { Visit, type Refusal } from './visit.ts';

function come(
  options: NetworkOptions,
  peer: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): { readonly address: string | undefined; readonly refused: boolean } {
  const visit = new Visit({ method: 'GET', path: '/', header: name => headers[name], peer, id: 'i' });
  const refusal = createNetworkCheck(options)(visit) as Refusal | undefined;
  if (refusal) expect(refusal).toMatchObject({ status: 403, by: 'network' });
  return { address: visit.address, refused: refusal !== undefined };
}

describe('the allow list', () => {
  const allow = ['203.0.113.7', '10.0.0.0/8', '2001:db8::/32', '::ffff:192.0.2.0/120'];

  it.each([
    ['203.0.113.7', false],
    ['203.0.113.8', true],
    ['10.255.0.1', false],
    ['11.0.0.1', true],
    ['2001:db8:1::5', false],
    ['2001:db9::5', true],
    ['::ffff:10.1.2.3', false],
    ['::ffff:11.1.2.3', true],
    ['192.0.2.200', false],
    ['192.0.3.1', true],
    ['fe80::1%eth0', true],
    ['10.1', true],
    ['012.0.0.1', true],
    [undefined, true],
  ] as const)('takes %s for refused: %s', (peer, refused) => {
    expect(come({ allow }, peer).refused).toBe(refused);
  });

  it('lets nobody in when it is empty, and everybody when it is not there', () => {
    expect(come({ allow: [] }, '127.0.0.1').refused).toBe(true);
    expect(come({}, '8.8.8.8').refused).toBe(false);
  });

  it.each(['35.123.456.789', '10.0.0.0/33', '10.0.0.0/8/8', '::ffff:10.0.0.0/40', 'example.com', ''])(
    'is not made from %j',
    range => {
      expect(() => createNetworkCheck({ allow: ['10.0.0.1', range] })).toThrow(GuardsError);
      expect(() => createNetworkCheck({ allow: ['10.0.0.1', range] })).toThrow(JSON.stringify(range));
    },
  );
});

describe('behind proxies', () => {
  const options = { allow: ['203.0.113.0/24'], trustedProxies: ['127.0.0.1', '10.0.0.0/8'] };
  const through = (forwarded: string, peer = '127.0.0.1') =>
    come(options, peer, { 'x-forwarded-for': forwarded });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['203.0.113.7, 198.51.100.1', '198.51.100.1'],
    ['203.0.113.7, 10.1.1.1, 10.2.2.2', '203.0.113.7'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['203.0.113.7, unknown', undefined],
    ['203.0.113.7, ', undefined],
    ['10.3.3.3, 10.1.1.1', '10.3.3.3'],
  ])('reads %j from the right', (forwarded, address) => {
    expect(through(forwarded).address).toBe(address);
  });

  it('lets in by the address of the client, not of the proxy', () => {
    expect(through('203.0.113.7').refused).toBe(false);
    expect(through('203.0.113.7, 198.51.100.1').refused).toBe(true);
    expect(through('203.0.113.7, unknown').refused).toBe(true);
  });

  it('believes nobody else', () => {
    expect(through('203.0.113.7', '198.51.100.9')).toEqual({ address: '198.51.100.9', refused: true });
    const alone = come({ allow: ['203.0.113.0/24'] }, '127.0.0.1', { 'x-forwarded-for': '203.0.113.7' });
    expect(alone).toEqual({ address: '127.0.0.1', refused: true });
  });

  it('reads Forwarded where that is what the proxies write, and then nothing else', () => {
    const forwarded = { ...options, forwardedIn: 'forwarded' } as const;
    const header = 'for=198.51.100.1, For="203.0.113.7:80";proto=https';
    expect(come(forwarded, '127.0.0.1', { forwarded: header }).address).toBe('203.0.113.7');
    expect(come(forwarded, '127.0.0.1', { forwarded: 'for="[2001:db8::1]"' }).address).toBe('2001:db8::1');
    expect(come(forwarded, '127.0.0.1', { forwarded: 'for=_hidden' }).address).toBeUndefined();
    expect(come(forwarded, '127.0.0.1', { 'x-forwarded-for': '203.0.113.7' }).address).toBe('127.0.0.1');
  });
});
