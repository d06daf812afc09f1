import { randomBytes } from 'node:crypto';

/**
 * Ids for requests whose caller gives none: what is random is made once, as in `5f0c4be1a92d77e3-1`, `…-2`. They tell
 * requests apart in the logs of all processes, and are no secret.
 */
export function createRequestIds(): () => string {
  const process = randomBytes(8).toString('hex');
  let last = 0;
  return () => `${process}-${(last += 1)}`;
}
