import { expect, it } from 'vitest';
import { toCallerKey } from './caller-key.ts';

it.each([
  [undefined, 'unknown'],
  ['192.0.2.1', 'address:192.0.2.1'],
  ['::ffff:192.0.2.1', 'address:192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', 'address:2001:db8:1:2::/64'],
  ['2001:0DB8:1:2:ffff::6', 'address:2001:db8:1:2::/64'],
  ['2001:db8::1', 'address:2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'address:fe80:0:0:0::/64'],
  ['::1', 'address:0:0:0:0::/64'],
])('counts a caller at %s under %s', (address, key) => {
  expect(toCallerKey(undefined, address)).toBe(key);
});

it('counts a known caller under its name, wherever it is', () => {
  const caller = { subject: 'anna', fingerprint: 'f' };
  expect(toCallerKey(caller, '192.0.2.1')).toBe(toCallerKey(caller, '2001:db8::1'));
});
