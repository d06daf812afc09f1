import { parseAddress, parseRanges, type Address } from './address-ranges.ts';
import type { HttpCheck } from './guard.ts';
import type { Refusal } from './visit.ts';

export interface NetworkOptions {
  /** Addresses and CIDR ranges that may call, v4 and v6; all of them unless given. An empty list lets nobody in. */
  readonly allow?: readonly string[];
  /**
   * Proxies in front of this server, as addresses and ranges. Only what they add to `forwardedIn` is believed; without
   * them, that header is not looked at.
   */
  readonly trustedProxies?: readonly string[];
  /** Where those proxies write whom they speak for; `x-forwarded-for` unless given. A caller could fill the other one. */
  readonly forwardedIn?: 'x-forwarded-for' | 'forwarded';
}

interface Known {
  readonly address: string | undefined;
  readonly refusal: Refusal | undefined;
}

/** Looking an address up in ranges costs more than the rest of the guards; most callers come again. */
const MOST_KNOWN = 10_000;
/** A caller may forge as long a list of proxies as a header can hold, and a new one each time. */
const LONGEST_KNOWN = 256;

/**
 * Finds the client's address, and refuses those that may not call with 403. An address that cannot be told is not an
 * allowed one.
 *
 * @throws GuardsError `bad_option`
 */
export function createNetworkCheck(options: NetworkOptions): HttpCheck {
  const { allow, trustedProxies = [], forwardedIn = 'x-forwarded-for' } = options;
  const isAllowed = allow && parseRanges(allow, 'network.allow');
  const isProxy = parseRanges(trustedProxies, 'network.trustedProxies');
  const known = new Map<string, Known>();
  const find = (peer: string | undefined, forwarded: string | undefined): Known => {
    const client = findClient(peer, forwarded, forwardedIn, isProxy);
    const address = client?.toString();
    if (isAllowed === undefined || (client && isAllowed(client))) return { address, refusal: undefined };
    const detail = `Calls from ${address ?? 'an unknown address'} are not allowed here.`;
    return { address, refusal: { status: 403, by: 'network', detail } };
  };
  return visit => {
    const { peer, header } = visit;
    const forwarded = trustedProxies.length > 0 ? header(forwardedIn) : undefined;
    const key = `${peer}\n${forwarded ?? ''}`;
    let found = known.get(key);
    if (found === undefined) {
      found = find(peer, forwarded);
      if (known.size >= MOST_KNOWN) known.clear();
      if (key.length <= LONGEST_KNOWN) known.set(key, found);
    }
    visit.address = found.address;
    return found.refusal;
  };
}

/**
 * Each proxy adds at the right end whom it was called by. So the list is read from there, for as long as the one who
 * added an entry is a proxy of ours: everything further left is what the caller says.
 */
function findClient(
  peer: string | undefined,
  forwarded: string | undefined,
  form: 'x-forwarded-for' | 'forwarded',
  isProxy: (address: Address) => boolean,
): Address | undefined {
  let client = peer === undefined ? undefined : parseAddress(peer);
  const entries = forwarded === undefined ? [] : forwarded.split(',');
  for (const entry of entries.reverse()) {
    if (client === undefined || !isProxy(client)) break;
    client = parseAddress(form === 'forwarded' ? readForwarded(entry) : withoutPort(entry.trim()));
  }
  return client;
}

/** `for=192.0.2.60;proto=http`, `for="[2001:db8::1]:4711"` (RFC 7239, section 4). */
function readForwarded(entry: string): string {
  for (const pair of entry.split(';')) {
    const [name = '', value = ''] = pair.split('=', 2);
    if (name.trim().toLowerCase() === 'for') return withoutPort(value.trim().replaceAll('"', ''));
  }
  return '';
}

function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1];
  return bracketed ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}
