import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isPlainRequestId } from '@tramontane/guards';

/** The caller's `X-Request-ID` if it is a plain one, else one of our own. */
export function toRequestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = [headers['x-request-id']].flat()[0];
  return isPlainRequestId(given) ? given : randomUUID();
}
