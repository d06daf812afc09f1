import { KitError } from '../kit-error.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
/** setTimeout fires at once for anything longer. */
export const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** `subject` and `problem` make a sentence, and the problem says what to do. */
export function refuse(subject: string, problem: string): never {
  throw new KitError('definition_invalid', `${subject} ${problem}`);
}

/** Puts the name of what is being compiled before the reason why it cannot be. */
export function within<T>(subject: string, compile: () => T): T {
  try {
    return compile();
  } catch (cause) {
    if (cause instanceof KitError) throw new KitError(cause.code, `${subject}: ${cause.message}`, { cause });
    throw cause;
  }
}

export function checkTimeout(subject: string, timeoutMs = DEFAULT_TIMEOUT_MS): number {
  if (timeoutMs > 0 && timeoutMs <= LONGEST_TIMEOUT_MS) return timeoutMs;
  return refuse(
    subject,
    `has a timeoutMs of ${timeoutMs}. Give milliseconds, from 1 to ${LONGEST_TIMEOUT_MS}.`,
  );
}
