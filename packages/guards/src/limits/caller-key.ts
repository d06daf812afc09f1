import type { Caller } from '../caller.ts';

/**
 * Whom a request is counted for: the caller where it is known, else its address. Of IPv6 the first 64 bits: one
 * subscriber has all the addresses below them, and would never be limited by a single one.
 */
export function toCallerKey(caller: Caller | undefined, address: string | undefined): string {
  if (caller !== undefined) return `caller:${caller.subject}`;
  if (address === undefined) return 'unknown';
  if (!address.includes(':') || /^::ffff:\d+\./i.test(address))
    return `address:${address.replace(/^::ffff:/i, '')}`;
  return `address:${toNetwork(address)}`;
}

function toNetwork(address: string): string {
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(8 - first.length - last.length, 0);
  const groups = [...first, ...Array.from({ length: missing }, () => '0'), ...last];
  const network = groups.slice(0, 4).map(group => group.toLowerCase().replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}
