import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * What an address is to us. `private` is RFC 1918 and unique local (RFC 4193); `other` is every remaining
 * special-purpose range (shared, multicast, unspecified, broadcast, benchmark, documentation, reserved).
 */
export type AddressKind = 'public' | 'loopback' | 'private' | 'link_local' | 'metadata' | 'other';

/**
 * Addresses of cloud metadata and host agents outside the link-local range. They need their own entry because
 * they lie inside ranges an operator may open (`private`, the shared range) or look public.
 */
const METADATA = new Set([
  '100.100.100.200', // Alibaba Cloud
  '168.63.129.16', // Azure host agent
  '192.0.0.192', // Oracle Cloud
  'fd00:ec2::254', // AWS instance metadata over IPv6
  'fd00:ec2::23', // AWS container credentials over IPv6
  'fd20:ce::254', // Google Cloud metadata over IPv6
]);

/** A literal address, or undefined where the text is a name. Brackets and a zone are dropped. */
export function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  // Only the four-part decimal form: `ipaddr.js` would also read `127.1`, which a resolver never returns and
  // which a URL has already turned into four parts.
  if (ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare)) return ipaddr.parse(bare);
  return undefined;
}

function fromHextets(high: number, low: number): ipaddr.IPv4 {
  return new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
}

/**
 * The addresses a packet sent to this one would really reach: IPv6 forms that carry an IPv4 address (mapped,
 * compatible, translated, NAT64, 6to4, Teredo) are opened, every other address is itself.
 */
export function meaningsOf(address: Address): readonly Address[] {
  if (!(address instanceof ipaddr.IPv6)) return [address];
  const part = (index: number): number => address.parts[index] ?? 0;
  const tail = fromHextets(part(6), part(7));
  if (address.isIPv4MappedAddress()) return [tail];
  const range = address.range();
  if (range === 'rfc6145') return [tail];
  // 64:ff9b:1::/48 (RFC 8215) has no fixed place for the IPv4 part, so it is judged, and refused, as it is.
  if (range === 'rfc6052') return part(2) === 0 ? [tail] : [address];
  if (range === '6to4') return [fromHextets(part(1), part(2))];
  if (range === 'teredo')
    return [fromHextets(part(2), part(3)), fromHextets(~part(6) & 0xffff, ~part(7) & 0xffff)];
  // ::a.b.c.d, deprecated but still understood by some stacks; :: and ::1 are ranges of their own.
  const isCompatible =
    address.parts.slice(0, 6).every(hextet => hextet === 0) && (part(6) !== 0 || part(7) > 1);
  return isCompatible ? [tail] : [address];
}

/** The kind of one address that `meaningsOf` returned. */
export function kindOf(address: Address): AddressKind {
  if (METADATA.has(address.toString())) return 'metadata';
  const range = address.range();
  if (range === 'loopback') return 'loopback';
  if (range === 'linkLocal') return 'link_local';
  if (range === 'private' || range === 'uniqueLocal') return 'private';
  if (range !== 'unicast') return 'other';
  // Global unicast is 2000::/3; the rest of IPv6 is unassigned, whatever a routing table thinks of it.
  const isGlobal = !(address instanceof ipaddr.IPv6) || ((address.parts[0] ?? 0) & 0xe000) === 0x2000;
  return isGlobal ? 'public' : 'other';
}

const RANGE_NAMES: Readonly<Record<string, string>> = {
  carrierGradeNat: 'carrier-grade NAT',
  unspecified: '"this host"',
  linkLocal: 'link-local',
  uniqueLocal: 'unique local',
  unicast: 'unassigned',
};

/** The range of an address in words, for messages. */
export function rangeNameOf(address: Address): string {
  if (METADATA.has(address.toString())) return 'cloud metadata';
  const range = address.range();
  return RANGE_NAMES[range] ?? range;
}
