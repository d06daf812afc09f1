import { resolve } from 'node:path';
import { parseNumbers, parseRateLimit, Problem, UnreadItem } from './setting-values.ts';

const WRONG_KEYS = '20/minute';

/** `undefined`: not limited. */
export function parseWrongKeyLimit(text: string | undefined): string | undefined | Problem {
  return text === 'off' ? undefined : parseRateLimit(text ?? WRONG_KEYS);
}

const OVERLOAD = { requests: 2000, delay: 1000 };
const MOST = 1_000_000;

/** `undefined`: never refused. */
export function parseOverload(
  text: string | undefined,
): { maxInFlight: number; maxDelayMs: number } | undefined | Problem {
  if (text === 'off') return undefined;
  const numbers = parseNumbers(text, OVERLOAD, MOST);
  const isRead = !(numbers instanceof UnreadItem) && Object.values(numbers).every(Number.isSafeInteger);
  if (isRead) return { maxInFlight: numbers.requests, maxDelayMs: numbers.delay };
  return new Problem(
    `${JSON.stringify(text)} cannot be read. Write requests and delay with whole numbers from 1 to ${MOST}, such as requests=500,delay=250, or off.`,
  );
}

export const STDOUT = 'stdout';

/** `stdout` stays what it is; anything else is a path. */
export function parseLinesTarget(text: string | undefined): string | undefined {
  return text === undefined || text === STDOUT ? text : resolve(text);
}
