import { EgressError } from './egress-error.ts';

/** setTimeout fires at once for anything longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** undici's only word for the ports of the Fetch standard's "port blocking"; it has no code and no list to ask. */
const BLOCKED_PORT = 'bad port';

/** One call of `fetch`: its deadline, and what is known about how far it came. */
export interface Exchange {
  readonly host: string;
  readonly signal: AbortSignal;
  /** The request began to be written to a socket. */
  readonly started: () => void;
  /** Nothing more is expected; the deadline is off. */
  readonly settled: () => void;
  /** Give up: without this the unread body of a refused answer would hold its connection. */
  readonly abandon: () => void;
  readonly toError: (cause: unknown) => unknown;
}

export function openExchange(
  host: string,
  timeoutMs: number,
  caller: AbortSignal | undefined,
  onSent?: () => void,
): Exchange {
  const deadline = new AbortController();
  const signal = caller === undefined ? deadline.signal : AbortSignal.any([caller, deadline.signal]);
  let sent = false;
  const timer =
    timeoutMs > LONGEST_TIMER_MS
      ? undefined
      : setTimeout(() => {
          deadline.abort(
            new EgressError('timed_out', `${host} did not finish its answer within ${timeoutMs} ms.`, {
              host,
              sent,
            }),
          );
        }, timeoutMs);
  return {
    host,
    signal,
    started: () => {
      sent = true;
      onSent?.();
    },
    settled: () => clearTimeout(timer),
    abandon: () => {
      clearTimeout(timer);
      deadline.abort();
    },
    toError: cause => {
      // undici wraps reasons and connection errors in layers of TypeError; the signals say it plainly.
      if (caller?.aborted === true && signal.reason === caller.reason) return caller.reason;
      if (deadline.signal.aborted) return deadline.signal.reason;
      const own = findOwn(cause);
      if (own !== undefined) return own;
      const reason = describe(cause);
      if (reason === BLOCKED_PORT) {
        return new EgressError(
          'invalid_url',
          `${host} was not asked: its port is one that HTTP clients refuse, because it belongs to another protocol (Fetch standard, port blocking). Let the server listen on another port.`,
          { host, sent: false },
          cause,
        );
      }
      const sentence = sent
        ? `The connection to ${host} broke before the answer was complete`
        : `${host} could not be reached`;
      return new EgressError('unreachable', `${sentence} (${reason}).`, { host, sent }, cause);
    },
  };
}

function findOwn(error: unknown): EgressError | undefined {
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 8;
    current = current.cause, depth += 1
  ) {
    if (current instanceof EgressError) return current;
  }
  return undefined;
}

/** The innermost reason: undici's outer message is always "fetch failed". */
function describe(error: unknown): string {
  let current = error;
  for (let depth = 0; depth < 8; depth += 1) {
    if (current instanceof AggregateError && current.errors.length > 0)
      current = current.errors[0] as unknown;
    else if (current instanceof Error && current.cause instanceof Error) current = current.cause;
    else break;
  }
  if (!(current instanceof Error)) return 'unknown reason';
  const code = (current as NodeJS.ErrnoException).code;
  return code === undefined || current.message.includes(code)
    ? current.message || current.name
    : `${code}: ${current.message}`;
}
