import { normaliseHost } from './allow-rules.ts';
import { EgressError } from './egress-error.ts';

/** Where a request goes, read from its URL. `host` has no brackets and no root dot. */
export interface Target {
  readonly url: URL;
  readonly host: string;
  readonly port: number;
}

/** Names that mean this machine by definition (RFC 6761, section 6.3), whatever a resolver answers. */
export function isLocalName(host: string): boolean {
  const name = normaliseHost(host);
  return name === 'localhost' || name.endsWith('.localhost');
}

/** @throws EgressError `invalid_url` for anything but http and https without credentials */
export function parseTargetUrl(input: string | URL): Target {
  // A second parse of a URL object is cheap and keeps later changes to the caller's object out.
  if (!URL.canParse(String(input)))
    throw new EgressError(
      'invalid_url',
      'The address is not a URL. Write it in full, with https:// or http://.',
    );
  const url = new URL(String(input));
  const host = normaliseHost(url.hostname.replace(/^\[|\]$/g, ''));
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new EgressError(
      'invalid_url',
      `Addresses must begin with https:// or http://; "${url.protocol}" is not supported.`,
      { host },
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new EgressError(
      'invalid_url',
      `The address of ${host} carries a user name or password. Use the authentication settings instead.`,
      { host },
    );
  }
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { url, host, port };
}
