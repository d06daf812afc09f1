import { GuardsError } from '../guards-error.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';
import { createMemoryRateStore } from './memory-rate-store.ts';
import type { RateCounter, RateStore, Taken } from './rate-store.ts';
import { describeRate, parseRate, type Rate } from './rate.ts';

/** Of one tool. Rates as in `100/minute`. */
export interface ToolLimits {
  /** All callers together. */
  readonly all?: string;
  /** Each caller for itself. */
  readonly perCaller?: string;
  /** Calls that run at the same time in this process. */
  readonly atOnce?: number;
}

export interface LimitsOptions {
  /** Requests of all callers together. */
  readonly global?: string;
  /** Requests of each caller: by credential, or by address where nobody authenticates. */
  readonly perCaller?: string;
  /**
   * Requests from one address that come with credentials of no one; of IPv6 from one network of 64 bits. More get 429
   * in place of 401. Whoever is known is let in, also from there.
   */
  readonly wrongCredentials?: string;
  /**
   * By name of a tool; `*` is for each tool that is not named. A text is short for `{ perCaller: text }`.
   * As in `{ expensive_query: '10/minute', send_email: { all: '50/hour', atOnce: 2 }, '*': '1000/minute' }`.
   */
  readonly tools?: Readonly<Record<string, string | ToolLimits>>;
  /** Where rates are counted; the memory of this process unless given (`openRedisRateStore`). */
  readonly store?: RateStore;
}

/** Which limit was reached. */
export type LimitScope = 'global' | 'caller' | 'wrong_credentials' | 'tool' | 'tool_caller' | 'tool_at_once';

export interface Limited {
  readonly scope: LimitScope;
  /** As in `100/minute`, or `2 at once`. */
  readonly limit: string;
  /** Whole seconds, at least 1. */
  readonly retryAfterSeconds: number;
  /** For the caller, or the model behind it: what was reached, and when to come back. */
  readonly message: string;
}

/** A call that may run; `release` has to be called when it has ended. */
export interface CallTaken {
  readonly release: () => void;
}

export interface LimitCounts {
  /** Counts one request of a caller. */
  readonly takeRequest: (caller: string) => MaybePromise<LimitedRequest | undefined>;
  /** Counts one request with credentials of no one. */
  readonly takeWrong: (address: string) => MaybePromise<LimitedRequest | undefined>;
  /** Counts one call of a tool. */
  readonly takeCall: (tool: string, caller: string) => MaybePromise<Limited | CallTaken>;
}

/** With where the caller stands (draft-ietf-httpapi-ratelimit-headers-10), and `Retry-After`. */
export interface LimitedRequest extends Limited {
  readonly headers: Readonly<Record<string, string>>;
}

/** A rate with its counter. */
interface Counted {
  readonly scope: LimitScope;
  readonly rate: Rate;
  readonly counter: RateCounter;
  readonly keyOf: (caller: string) => string;
}

/** A limit with nothing left. */
type Reached = Counted & Taken;

interface ToolGate {
  readonly counted: readonly Counted[];
  readonly atOnce: number;
  running: number;
}

const FREE: CallTaken = { release: () => {} };
const OTHER_TOOLS = '*';

/** @throws GuardsError `bad_rate` for a rate that cannot be read; `bad_option` for an `atOnce` that is no whole number from 1. */
export function createLimitCounts(options: LimitsOptions): LimitCounts {
  const { global, perCaller, wrongCredentials, tools = {}, store = createMemoryRateStore() } = options;
  const count = (name: string, scope: LimitScope, text: string | undefined): readonly Counted[] => {
    if (text === undefined) return [];
    const rate = parseRate(text);
    const all = scope === 'global' || scope === 'tool';
    return [
      { scope, rate, counter: store.createCounter(name, rate), keyOf: all ? () => 'all' : caller => caller },
    ];
  };
  // The caller's own limit comes first: who is over it must not use up what is there for all.
  const requests = [...count('caller', 'caller', perCaller), ...count('global', 'global', global)];
  const wrong = count('wrong', 'wrong_credentials', wrongCredentials);
  const takeFrom = (counted: readonly Counted[], key: string): MaybePromise<LimitedRequest | undefined> =>
    andThen(takeInOrder(counted, key), reached => {
      if (reached === undefined) return undefined;
      const limited = toLimited(reached, 'this server');
      return { ...limited, headers: toHeaders(reached, limited) };
    });
  const createGate = (name: string): ToolGate | undefined => {
    const given = (Object.hasOwn(tools, name) ? tools[name] : undefined) ?? tools[OTHER_TOOLS];
    if (given === undefined) return undefined;
    const {
      all,
      perCaller: each,
      atOnce = Infinity,
    } = typeof given === 'string' ? { perCaller: given } : given;
    const counted = [
      ...count(`tool-caller:${name}`, 'tool_caller', each),
      ...count(`tool:${name}`, 'tool', all),
    ];
    return { counted, atOnce, running: 0 };
  };
  for (const [name, given] of Object.entries(tools)) checkTool(name, given);

  const gates = new Map<string, ToolGate | undefined>();
  const gateOf = (tool: string): ToolGate | undefined => {
    if (!gates.has(tool)) gates.set(tool, createGate(tool));
    return gates.get(tool);
  };
  return {
    takeRequest: caller => takeFrom(requests, caller),
    takeWrong: address => takeFrom(wrong, address),
    takeCall: (tool, caller) => {
      const gate = gateOf(tool);
      if (gate === undefined) return FREE;
      if (gate.running >= gate.atOnce) return toCrowded(tool, gate.atOnce);
      // Held before the counting, which may have to wait for another process.
      gate.running += 1;
      return andThen(takeInOrder(gate.counted, caller), reached => {
        if (reached === undefined) return new HeldPlace(gate);
        gate.running -= 1;
        return toLimited(reached, `tool ${JSON.stringify(tool)}`);
      });
    },
  };
}

/** Takes one from each, until one has nothing left: that one. */
function takeInOrder(all: readonly Counted[], caller: string, from = 0): MaybePromise<Reached | undefined> {
  const counted = all[from];
  if (counted === undefined) return undefined;
  return andThen(counted.counter.take(counted.keyOf(caller)), taken =>
    taken.allowed ? takeInOrder(all, caller, from + 1) : { ...counted, ...taken },
  );
}

/** Among those that run at once. */
class HeldPlace implements CallTaken {
  #gate: ToolGate | undefined;

  constructor(gate: ToolGate) {
    this.#gate = gate;
  }

  release(): void {
    if (this.#gate) this.#gate.running -= 1;
    this.#gate = undefined;
  }
}

function checkTool(name: string, given: string | ToolLimits): void {
  const { all, perCaller, atOnce = 1 } = typeof given === 'string' ? { perCaller: given } : given;
  for (const rate of [all, perCaller]) if (rate !== undefined) parseRate(rate);
  if (Number.isSafeInteger(atOnce) && atOnce > 0) return;
  throw new GuardsError(
    'bad_option',
    `Tool ${JSON.stringify(name)} may run ${atOnce} times at once, which cannot be. Give a whole number from 1.`,
  );
}

const WHOSE: Readonly<Record<LimitScope, string>> = {
  global: 'for all callers together',
  tool: 'for all callers together',
  caller: 'for each caller',
  wrong_credentials: 'with wrong credentials from each address',
  tool_caller: 'for each caller',
  tool_at_once: 'at once',
};

function toLimited({ scope, rate, resetMs }: Reached, what: string): Limited {
  const retryAfterSeconds = Math.max(Math.ceil(resetMs / 1000), 1);
  const limit = describeRate(rate);
  return {
    scope,
    limit,
    retryAfterSeconds,
    message: `The rate limit of ${what} is reached: ${limit} ${WHOSE[scope]}. Try again in ${retryAfterSeconds} s.`,
  };
}

function toCrowded(tool: string, atOnce: number): Limited {
  return {
    scope: 'tool_at_once',
    limit: `${atOnce} at once`,
    retryAfterSeconds: 1,
    message: `Tool ${JSON.stringify(tool)} is busy: it runs ${atOnce} at once, and as many are running. Try again in a moment.`,
  };
}

function toHeaders(
  { scope, rate, remaining, resetMs }: Reached,
  { retryAfterSeconds }: Limited,
): LimitedRequest['headers'] {
  return {
    'ratelimit-policy': `"${scope}";q=${rate.amount};w=${rate.seconds}`,
    ratelimit: `"${scope}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`,
    'retry-after': String(retryAfterSeconds),
  };
}
