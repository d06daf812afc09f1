import { authorizationFailure } from './authorization-failure.ts';

/** Whose metadata is read, and how freely it may point to other places. */
export interface Origin {
  /** Origin of the tool server, for messages. */
  readonly server: string;
  /** The tool server itself is on this machine, so its authorization server may be as well. */
  readonly isLoopback: boolean;
}

/**
 * An address out of metadata: https, or http on this machine for a server on this machine.
 * Authorization endpoints are handed to a browser, so `javascript:` and its like end here (MCP 2026-07-28,
 * authorization, security considerations).
 * @throws ConnectionError `authorization_failed`
 */
export function parseEndpoint(text: unknown, what: string, { server, isLoopback }: Origin): URL {
  if (typeof text !== 'string' || !URL.canParse(text))
    throw authorizationFailure('bad_metadata', server, `The ${what} that ${server} leads to is not a URL.`);
  const url = new URL(text);
  const refuse = (why: string): never => {
    throw authorizationFailure('insecure_url', server, `The ${what} that ${server} leads to ${why}.`);
  };
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    refuse(`begins with ${url.protocol}; only https:// is used`);
  if (url.username !== '' || url.password !== '') refuse('carries a user name or password');
  if (url.hash !== '') refuse('has a fragment');
  if (url.protocol === 'http:') {
    if (!isLoopbackHost(url.hostname))
      refuse(`is ${url.origin}, which is not encrypted; it must begin with https://`);
    if (!isLoopback)
      refuse(`is ${url.origin}, on the machine of this client, although the server is elsewhere`);
  }
  return url;
}

/** Names and addresses of this machine (RFC 6761 section 6.3, RFC 8252 section 7.3). */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
  );
}
