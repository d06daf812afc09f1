import { describe, expect, test } from 'vitest';
import { parseAllowList } from './allow-rules.ts';
import { EgressError } from './egress-error.ts';

describe('parseAllowList', () => {
  test('reads every form', () => {
    expect(
      parseAllowList(' loopback, Private ,10.1.0.0/16, fd12::/48,DB.internal:5432,[::1]:8000,0x7f.1:80'),
    ).toEqual([
      { kind: 'loopback' },
      { kind: 'private' },
      { kind: 'cidr', network: '10.1.0.0', bits: 16 },
      { kind: 'cidr', network: 'fd12::', bits: 48 },
      { kind: 'host', host: 'db.internal', port: 5432 },
      { kind: 'host', host: '::1', port: 8000 },
      { kind: 'host', host: '127.0.0.1', port: 80 },
    ]);
  });

  test('an absent or empty list lets nothing through', () => {
    expect(parseAllowList(undefined)).toEqual([]);
    expect(parseAllowList(' , ')).toEqual([]);
  });

  test.each([
    'lan',
    '10.0.0.1',
    '::1',
    '10.0.0.0/33',
    '10.0.0/8',
    'host:0',
    'host:65536',
    'http://host:80',
    'a b:80',
    'host:80/x',
    '*',
  ])('refuses %s by name', item => {
    const read = (): unknown => parseAllowList(`loopback,${item}`);
    expect(read).toThrow(EgressError);
    expect(read).toThrow(item);
  });
});
