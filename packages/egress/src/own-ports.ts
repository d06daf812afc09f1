import { networkInterfaces } from 'node:os';
import { type Address, kindOf, meaningsOf, parseAddress } from './address-meaning.ts';
import { normaliseHost, parseEndpoint } from './allow-rules.ts';
import { EgressError } from './egress-error.ts';
import { isLocalName } from './target-url.ts';

/** A port of ours that no rule opens. Without a host it is that port on every address of this machine. */
export interface OwnPort {
  readonly host?: string;
  readonly port: number;
}

/** @throws EgressError `invalid_rule` for an item that is neither `port` nor `host:port` */
export function parseOwnPort(item: string): OwnPort {
  if (/^\d{1,5}$/.test(item) && Number(item) >= 1 && Number(item) <= 65_535) return { port: Number(item) };
  const endpoint = parseEndpoint(item);
  if (endpoint === undefined)
    throw new EgressError('invalid_rule', `"${item}" is neither a port nor host:port.`);
  // This machine has many addresses: refusing only 127.0.0.1 would leave ::1, 127.0.0.2 and its own LAN address.
  return isThisMachineByName(endpoint.host) ? { port: endpoint.port } : endpoint;
}

function isThisMachineByName(host: string): boolean {
  const address = parseAddress(host);
  return address === undefined ? isLocalName(host) : isThisMachine(address);
}

/** Loopback, "this host", or an address of one of this machine's interfaces. */
function isThisMachine(address: Address): boolean {
  if (kindOf(address) === 'loopback' || address.range() === 'unspecified') return true;
  const own = Object.values(networkInterfaces()).flatMap(entries => entries ?? []);
  return own.some(entry => parseAddress(entry.address)?.toString() === address.toString());
}

/**
 * Whether a connection would end at a port of ours.
 * @param resolve names of `own` are resolved again at each check, so an alias of the database is found too
 */
export async function reachesOwnPort(
  own: readonly OwnPort[],
  target: { host: string; port: number; addresses: readonly string[] },
  resolve: (host: string) => Promise<readonly string[]>,
): Promise<boolean> {
  const samePort = own.filter(entry => entry.port === target.port);
  if (samePort.length === 0) return false;
  const meanings = target.addresses
    .map(parseAddress)
    .flatMap(address => (address === undefined ? [] : meaningsOf(address)));
  for (const entry of samePort) {
    if (entry.host === undefined) {
      if (meanings.some(isThisMachine)) return true;
      continue;
    }
    if (normaliseHost(target.host) === entry.host) return true;
    // A name of ours that does not resolve right now has no address to be reached at.
    const ownAddresses = parseAddress(entry.host) ? [entry.host] : await resolve(entry.host).catch(() => []);
    const ownMeanings = ownAddresses
      .map(parseAddress)
      .flatMap(address => (address === undefined ? [] : meaningsOf(address)))
      .map(String);
    if (meanings.some(address => ownMeanings.includes(address.toString()))) return true;
  }
  return false;
}
