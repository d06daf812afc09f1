import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether an `Authorization` header carries this bearer token; the time it takes does not tell how much was right. */
export function createTokenMatch(token: string): (authorization: string | undefined) => boolean {
  const wanted = digest(`Bearer ${token}`);
  return authorization => timingSafeEqual(wanted, digest(authorization ?? ''));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
