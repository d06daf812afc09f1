import { z } from 'zod';
import { toHttpUrl } from '../candidates.ts';
import { authorizationFailure } from './authorization-failure.ts';
import type { Challenge } from './challenge.ts';
import { parseEndpoint } from './endpoint-url.ts';
import { type Outside, request } from './outside.ts';

/** What a tool server says of its own protection (RFC 9728). */
export interface ResourceMetadata {
  /** Sent as it is published: an added slash would name another resource. */
  readonly resource: string;
  /** Issuers, the preferred one first. */
  readonly authorizationServers: readonly string[];
  readonly scopesSupported?: readonly string[];
  readonly wantsDpop: boolean;
}

const documentSchema = z.looseObject({
  resource: z.string(),
  authorization_servers: z.array(z.string()).min(1),
  scopes_supported: z.array(z.string()).nullish(),
  dpop_bound_access_tokens_required: z.boolean().nullish(),
});

/**
 * Read the metadata at the address the challenge names, else at the well-known addresses: with the server's path
 * first, then at the root (MCP 2026-07-28, authorization, protected resource metadata discovery). A server that
 * publishes none anywhere is taken for one of the 2025-03-26 revision, whose authorization server is its own origin.
 * @throws ConnectionError
 */
export async function readResourceMetadata(
  outside: Outside,
  serverUrl: URL,
  challenge: Challenge,
): Promise<ResourceMetadata> {
  const { server } = outside;
  if (challenge.resourceMetadata !== undefined) {
    const named = parseEndpoint(challenge.resourceMetadata, 'resource metadata', outside);
    if (named.origin !== serverUrl.origin) {
      throw authorizationFailure(
        'foreign_metadata',
        server,
        `${server} names ${named.origin} as the place of its own metadata; only its own origin is asked.`,
      );
    }
    const found = await readDocument(outside, serverUrl, named);
    if (found) return found;
    const message = `${server} names ${named.pathname} as its resource metadata, and there is none.`;
    throw authorizationFailure('no_metadata', server, message);
  }
  for (const url of wellKnownUrls(serverUrl)) {
    const found = await readDocument(outside, serverUrl, url);
    if (found) return found;
  }
  return { resource: withoutHash(serverUrl), authorizationServers: [serverUrl.origin], wantsDpop: false };
}

function wellKnownUrls(serverUrl: URL): URL[] {
  const root = '/.well-known/oauth-protected-resource';
  const path = serverUrl.pathname.replace(/\/+$/, '');
  const paths = path === '' ? [root] : [root + path, root];
  return paths.map(pathname => new URL(pathname, serverUrl.origin));
}

async function readDocument(
  outside: Outside,
  serverUrl: URL,
  url: URL,
): Promise<ResourceMetadata | undefined> {
  const { status, body } = await request(outside, url, 'resource metadata', {
    headers: { accept: 'application/json' },
  });
  // A page for every address is no metadata either.
  if (status !== 200 || body === undefined) return undefined;
  const parsed = documentSchema.safeParse(body);
  const { server } = outside;
  if (!parsed.success) {
    const message = `The resource metadata of ${server} at ${url.pathname} lacks resource or authorization_servers.`;
    throw authorizationFailure('bad_metadata', server, message);
  }
  const { data } = parsed;
  if (!covers(data.resource, serverUrl)) {
    throw authorizationFailure(
      'resource_mismatch',
      server,
      `The metadata of ${server} is about another resource (${shorten(data.resource)}); a token for that one is not asked for.`,
    );
  }
  return {
    resource: data.resource,
    authorizationServers: data.authorization_servers,
    ...(data.scopes_supported && { scopesSupported: data.scopes_supported }),
    wantsDpop: data.dpop_bound_access_tokens_required === true,
  };
}

/** Whether a resource is this server or the part of its origin that it lies in. */
function covers(resource: string, serverUrl: URL): boolean {
  if (!URL.canParse(resource)) return false;
  // A server of WebSockets may call itself by the scheme of those.
  const url = toHttpUrl(new URL(resource));
  if (url.origin !== serverUrl.origin || url.hash !== '') return false;
  if (url.search !== '' && url.search !== serverUrl.search) return false;
  const base = url.pathname.replace(/\/+$/, '');
  const path = serverUrl.pathname.replace(/\/+$/, '');
  return path === base || path.startsWith(`${base}/`);
}

function withoutHash(url: URL): string {
  const copy = new URL(url);
  copy.hash = '';
  // The canonical form of a bare origin has no slash (MCP 2026-07-28, canonical server URI).
  return copy.pathname === '/' && copy.search === '' ? copy.origin : copy.href;
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
