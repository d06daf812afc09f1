import { authorizationFailure } from './authorization-failure.ts';
import type { Challenge } from './challenge.ts';
import { DPOP_ALGORITHM } from './dpop.ts';
import type { Outside } from './outside.ts';
import { type ResourceMetadata, readResourceMetadata } from './resource-metadata.ts';
import { type ServerMetadata, readServerMetadata, toServerMetadata } from './server-metadata.ts';

/** A tool server together with the authorization server that guards it. */
export interface Guarded {
  readonly resource: ResourceMetadata;
  readonly metadata: ServerMetadata;
  /** Tokens are to be bound to a key. */
  readonly usesDpop: boolean;
}

/** What the operator said of the authorization server beforehand. */
export interface GivenServer {
  /** The one to use where the tool server names several. */
  readonly issuer?: string;
  /** RFC 8414 metadata; with it nothing is asked of the authorization server. */
  readonly metadata?: unknown;
}

/** @throws ConnectionError */
export async function findAuthorizationServer(
  outside: Outside,
  serverUrl: URL,
  challenge: Challenge,
  given: GivenServer = {},
): Promise<Guarded> {
  const resource = await readResourceMetadata(outside, serverUrl, challenge);
  const { authorizationServers } = resource;
  const { issuer = authorizationServers[0] ?? '' } = given;
  if (!authorizationServers.includes(issuer)) {
    const message = `${outside.server} is guarded by ${authorizationServers.join(', ')}, and not by ${issuer}, to which the client of this connection belongs.`;
    throw authorizationFailure('issuer_mismatch', outside.server, message);
  }
  const metadata =
    given.metadata === undefined
      ? await readServerMetadata(outside, issuer)
      : toServerMetadata(given.metadata, issuer, outside);
  const canDpop = metadata.dpopAlgorithms.includes(DPOP_ALGORITHM);
  if (resource.wantsDpop && !canDpop) {
    const message = `${outside.server} wants tokens bound to a key (DPoP), and its authorization server offers no ${DPOP_ALGORITHM}.`;
    throw authorizationFailure('bad_metadata', outside.server, message);
  }
  // A server that only knows Bearer would not accept the DPoP scheme, whatever its authorization server offers.
  return { resource, metadata, usesDpop: canDpop && (resource.wantsDpop || challenge.scheme === 'dpop') };
}
