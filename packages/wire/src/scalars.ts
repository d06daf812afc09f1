import { z } from 'zod';

/** A point in time as we send it: RFC 3339 in UTC, ending in `Z`. SDKs reject a time without an offset. */
export const timestampSchema = z.iso.datetime();

/** A point in time as callers send it: RFC 3339 with any offset. */
export const looseTimestampSchema = z.iso.datetime({ offset: true });

/** Free-form data of the caller's own, stored and given back unread. */
export const metadataSchema = z.record(z.string(), z.unknown());
export type Metadata = z.infer<typeof metadataSchema>;

/** Longest URL the API takes, in characters. */
const MAX_URL_LENGTH = 2083;

const CREDENTIALS = {
  error:
    'Input should carry no user name or password: give credentials where the server is told how to sign in',
  params: { type: 'value_error' },
};

/** An absolute http or https URL. Other schemes would let a request body name a local process or file. */
export const httpUrlSchema = z
  .string()
  .max(MAX_URL_LENGTH)
  .refine(isHttpUrl, {
    error: 'Input should be an absolute http or https URL',
    params: { type: 'url_parsing' },
  })
  // Addresses are stored and shown as they are; credentials have fields of their own, which are not.
  .refine(text => !isHttpUrl(text) || !hasCredentials(text), CREDENTIALS);

/** Address of an MCP server: http, https, ws or wss, absolute and without credentials. */
export const serverUrlSchema = z
  .string()
  .max(MAX_URL_LENGTH)
  .refine(text => isHttpUrl(toHttp(text)), {
    error: 'Input should be an absolute http, https, ws or wss URL',
    params: { type: 'url_parsing' },
  })
  .refine(text => !isHttpUrl(toHttp(text)) || !hasCredentials(text), CREDENTIALS);

function toHttp(text: string): string {
  return text.replace(/^ws(?=s?:)/i, 'http');
}

function isHttpUrl(text: string): boolean {
  // Without the two slashes `new URL` would take `http:host` for an address with a host.
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

function hasCredentials(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

/** A number of an agent's version, or the name of an alias that points to one. */
export const agentVersionSchema = z.union([z.int().min(0), z.string().min(1)]);
export type AgentVersion = z.infer<typeof agentVersionSchema>;

/** Message of a value that is no whole number: a schema says "number" of a text in its place. */
export const NOT_AN_INTEGER = 'Input should be a valid integer';

/** A whole number in a body. */
export function integer() {
  return z.int({ error: issue => (issue.code === 'invalid_type' ? NOT_AN_INTEGER : undefined) });
}
