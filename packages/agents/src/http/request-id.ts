import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** It stands in log lines and in requests to tool servers. */
const PLAIN_ID = /^[\w.:-]{1,128}$/;

/** The caller's `X-Request-ID` if it is a plain one, else one of our own. */
export function toRequestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && PLAIN_ID.test(given) ? given : randomUUID();
}
