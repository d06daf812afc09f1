import { lookup } from 'node:dns/promises';
import { type Address, kindOf, meaningsOf, parseAddress, rangeNameOf } from './address-meaning.ts';
import { type AllowRule, ruleAllows } from './allow-rules.ts';
import { EgressError } from './egress-error.ts';
import { type OwnPort, reachesOwnPort } from './own-ports.ts';
import { isLocalName } from './target-url.ts';

/** Every address of a name, as text. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface AddressPolicy {
  readonly allow: readonly AllowRule[];
  readonly own: readonly OwnPort[];
  readonly resolve: Resolve;
}

export async function resolveBySystem(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(entry => entry.address);
}

/**
 * The addresses a connection to this host may use. The name is resolved once, here; the caller must connect to
 * what is returned and to nothing else, or a second answer of the name server would be trusted unseen.
 * @throws EgressError `address_refused` if any address is refused, `unreachable` if the name has none
 */
export async function checkedAddresses(
  policy: AddressPolicy,
  host: string,
  port: number,
): Promise<readonly string[]> {
  const addresses = await addressesOf(policy, host, port);
  if (await reachesOwnPort(policy.own, { host, port, addresses }, policy.resolve)) {
    throw new EgressError(
      'address_refused',
      `${endpoint(host, port)} is a port of this installation itself; requests to it are always refused.`,
      {
        host,
        ...(addresses[0] === undefined ? {} : { address: addresses[0] }),
        sent: false,
      },
    );
  }
  for (const text of addresses) {
    const refused = refusedMeaning(policy.allow, text, host, port);
    if (refused !== undefined) throw refusal(host, port, text, refused);
  }
  return addresses;
}

async function addressesOf(policy: AddressPolicy, host: string, port: number): Promise<readonly string[]> {
  if (parseAddress(host) !== undefined) return [host];
  if (isLocalName(host)) {
    // Not asked of a resolver: its answer could differ from what the name means. The family that the rules
    // allow is enough, because a rule such as 127.0.0.0/8 cannot name the other one.
    const both = ['127.0.0.1', '::1'];
    const allowed = both.filter(text => refusedMeaning(policy.allow, text, host, port) === undefined);
    return allowed.length > 0 ? allowed : both;
  }
  let addresses: readonly string[];
  try {
    addresses = await policy.resolve(host);
  } catch (cause) {
    throw new EgressError(
      'unreachable',
      `The name ${host} could not be resolved. Check its spelling and this machine's DNS.`,
      { host, sent: false },
      cause,
    );
  }
  if (addresses.length === 0) {
    throw new EgressError('unreachable', `The name ${host} has no address. Check its spelling.`, {
      host,
      sent: false,
    });
  }
  return addresses;
}

/** The meaning of the address that no rule lets through, or undefined where all are fine. */
function refusedMeaning(
  allow: readonly AllowRule[],
  text: string,
  host: string,
  port: number,
): Address | undefined | 'unreadable' {
  const address = parseAddress(text);
  if (address === undefined) return 'unreadable';
  return meaningsOf(address).find(
    meaning => kindOf(meaning) !== 'public' && !allow.some(rule => ruleAllows(rule, meaning, host, port)),
  );
}

function refusal(host: string, port: number, text: string, meaning: Address | 'unreadable'): EgressError {
  if (meaning === 'unreadable') {
    return new EgressError(
      'address_refused',
      `${host} resolved to something that is not an address; the request was refused.`,
      { host, sent: false },
    );
  }
  const kind = kindOf(meaning);
  const single = `${meaning.toString()}/${meaning.kind() === 'ipv4' ? 32 : 128}`;
  const where = host === text ? host : `${host} (${text})`;
  const refused = `${where} is in the ${rangeNameOf(meaning)} range, which requests from outside may not reach.`;
  const data = { host, address: meaning.toString(), sent: false };
  // These addresses hand out the machine's own credentials. Whoever reads the message need not be the operator, and
  // one who is must not open them by following a hint.
  if (kind === 'link_local' || kind === 'metadata') {
    return new EgressError(
      'address_refused',
      `${refused} Only an operator can open it; see docs/configuration.md.`,
      data,
    );
  }
  const ruleHint = kind === 'loopback' || kind === 'private' ? endpoint(host, port) : single;
  return new EgressError(
    'address_refused',
    `${refused} If this server is meant to be used, add ${ruleHint} to TRAMONTANE_ALLOW_PRIVATE_NETWORKS.`,
    { ...data, ruleHint },
  );
}

function endpoint(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
