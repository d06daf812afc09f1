import ipaddr from 'ipaddr.js';
import { type Address, type AddressKind, kindOf, parseAddress } from './address-meaning.ts';
import { EgressError } from './egress-error.ts';

/** One item of TRAMONTANE_ALLOW_PRIVATE_NETWORKS. */
export type AllowRule =
  | { readonly kind: 'loopback' }
  | { readonly kind: 'private' }
  | { readonly kind: 'cidr'; readonly network: string; readonly bits: number }
  | { readonly kind: 'host'; readonly host: string; readonly port: number };

/** Ranges that hold credentials of the machine itself; only a rule that lies inside one opens it. */
const GUARDED_RANGES: readonly [Address, number][] = [
  ipaddr.parseCIDR('169.254.0.0/16'),
  ipaddr.parseCIDR('fe80::/10'),
];

/**
 * Read the operator's list: items separated by commas, each `loopback`, `private`, an address range in CIDR
 * form, or `host:port`.
 * @throws EgressError `invalid_rule`, naming the item
 */
export function parseAllowList(text: string | undefined): AllowRule[] {
  return (text ?? '')
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
    .map(parseRule);
}

function parseRule(item: string): AllowRule {
  const lower = item.toLowerCase();
  if (lower === 'loopback' || lower === 'private') return { kind: lower };
  if (lower.includes('://')) throw invalidRule(item, 'write only host:port, without the scheme');
  if (lower.includes('/')) return parseRange(item);
  if (ipaddr.isValid(lower)) {
    throw invalidRule(item, `write one address as a range: ${lower}/${lower.includes(':') ? 128 : 32}`);
  }
  const endpoint = parseEndpoint(lower);
  if (endpoint === undefined)
    throw invalidRule(item, 'expected loopback, private, a range such as 10.1.0.0/16, or host:port');
  return { kind: 'host', ...endpoint };
}

function parseRange(item: string): AllowRule {
  // Only four parts: 10.0.1/24 would be read as 10.0.0.1, which nobody means.
  if (!ipaddr.isValidCIDR(item) || parseAddress(item.split('/')[0] ?? '') === undefined)
    throw invalidRule(item, 'this is not an address range such as 10.1.0.0/16 or fd12::/48');
  const [network, bits] = ipaddr.parseCIDR(item);
  return { kind: 'cidr', network: network.toString(), bits };
}

/** `host:port` with the host as `parseTargetUrl` spells it (no brackets), or undefined. */
export function parseEndpoint(text: string): { host: string; port: number } | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port < 1 || port > 65_535) return undefined;
  const url = `http://${match[1]}`;
  return URL.canParse(url)
    ? { host: normaliseHost(new URL(url).hostname.replace(/^\[|\]$/g, '')), port }
    : undefined;
}

/** A host name without the dot of the root, in lower case: `LOCALHOST.` and `localhost` are one name. */
export function normaliseHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

function invalidRule(item: string, what: string): EgressError {
  return new EgressError(
    'invalid_rule',
    `TRAMONTANE_ALLOW_PRIVATE_NETWORKS: "${item}" cannot be read; ${what}.`,
  );
}

/** Whether one rule lets a connection to this address (already opened by `meaningsOf`) through. */
export function ruleAllows(rule: AllowRule, address: Address, host: string, port: number): boolean {
  const kind = kindOf(address);
  switch (rule.kind) {
    case 'loopback':
    case 'private':
      return kind === rule.kind;
    case 'cidr':
      return rangeAllows([ipaddr.parse(rule.network), rule.bits], address, kind);
    case 'host':
      // A name may be made to point anywhere, so naming a server never opens metadata or link-local.
      return rule.host === host && rule.port === port && kind !== 'metadata' && kind !== 'link_local';
  }
}

function rangeAllows(range: [Address, number], address: Address, kind: AddressKind): boolean {
  if (!contains(range, address)) return false;
  // A wide range, 10.0.0.0/8 as much as 0.0.0.0/0, must not open these by accident.
  if (kind === 'link_local')
    return GUARDED_RANGES.some(guarded => range[1] >= guarded[1] && contains(guarded, range[0]));
  if (kind === 'metadata') return range[1] === (address.kind() === 'ipv4' ? 32 : 128);
  return true;
}

function contains(range: [Address, number], address: Address): boolean {
  return range[0].kind() === address.kind() && address.match(range[0], range[1]);
}
