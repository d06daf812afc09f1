import ipaddr from 'ipaddr.js';
import { GuardsError } from './guards-error.ts';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Whether an address is in one of some ranges. */
export type InRanges = (address: Address) => boolean;

interface Range {
  readonly network: Address;
  readonly bits: number;
}

/**
 * @param ranges addresses and CIDR ranges, v4 or v6, as in `10.0.0.0/8`, `2001:db8::1`.
 * @throws GuardsError `bad_option`, naming all that are none.
 */
export function parseRanges(ranges: readonly string[], option: string): InRanges {
  const parsed = ranges.map(text => ({ text, range: parseRange(text.trim()) }));
  const bad = parsed.filter(({ range }) => range === undefined).map(({ text }) => JSON.stringify(text));
  if (bad.length > 0) {
    throw new GuardsError(
      'bad_option',
      `${option}: ${bad.join(', ')} cannot be read. Write addresses or ranges as in 203.0.113.7, 10.0.0.0/8, 2001:db8::/32.`,
    );
  }
  const known = parsed.flatMap(({ range }) => range ?? []);
  return address =>
    known.some(({ network, bits }) => address.kind() === network.kind() && address.match(network, bits));
}

/**
 * An IPv4 address that came over an IPv6 socket (`::ffff:10.0.0.1`) is the IPv4 address it stands for.
 * `undefined` for what is no address; also for short and octal forms, which programs read differently.
 */
export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  // A zone says through which interface a link-local address is reached; the address is the same.
  const [bare = ''] = text.split('%', 1);
  return ipaddr.IPv6.isValid(bare) ? ipaddr.process(bare) : undefined;
}

function parseRange(text: string): Range | undefined {
  const [written = '', prefix, more] = text.split('/');
  const address = parseAddress(written);
  if (address === undefined || more !== undefined) return undefined;
  const longest = address.kind() === 'ipv4' ? 32 : 128;
  if (prefix === undefined) return { network: address, bits: longest };
  if (!/^\d{1,3}$/.test(prefix)) return undefined;
  // The length of a mapped range counts from the beginning of the IPv6 address.
  const mapped = longest === 32 && written.includes(':');
  const bits = Number(prefix) - (mapped ? 96 : 0);
  return bits >= 0 && bits <= longest ? { network: address, bits } : undefined;
}
