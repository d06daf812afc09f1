import { parseAllowList } from '@tramontane/egress';
import { GuardsError, parseGuardSettings } from '@tramontane/guards';
import { parseRate } from '@tramontane/guards/limits';

/** A setting: one row of `docs/configuration.md`, which is made from the table of settings. */
export interface Setting<T> {
  readonly name: string;
  readonly type: string;
  /** As a person would write it. */
  readonly fallback: string;
  readonly meaning: string;
  readonly secret: boolean;
  /** The value, or a sentence that says what is wrong with it. Never shows a secret. */
  readonly parse: (text: string | undefined) => T | Problem;
}

/** What is wrong with the text of a setting. Never shows a secret. */
export class Problem {
  readonly sentence: string;
  constructor(sentence: string) {
    this.sentence = sentence;
  }
}

export function parsePort(text: string | undefined): number | Problem {
  const port = Number(text ?? 3000);
  return /^\d+$/.test(text ?? '0') && port <= 65_535
    ? port
    : new Problem(`${JSON.stringify(text)} is no port. Give a number from 0 to 65535.`);
}

export function parseDatabaseUrl(text: string | undefined): string | undefined | Problem {
  if (text === undefined) return undefined;
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return text;
  return new Problem(
    'this is no postgresql:// URL with a host. For a socket use postgresql://user@localhost/db?host=%2Ffolder.',
  );
}

export function parseApiKeys(text: string | undefined): readonly string[] | undefined | Problem {
  const keys = toList(text);
  if (keys === undefined) return undefined;
  if (keys.length === 0) return new Problem('it is set and holds no key.');
  if (keys.some(key => /\s/.test(key))) return new Problem('a key has a space in it.');
  return keys.every(isSendable) ? keys : new Problem(`a key ${UNSENDABLE}`);
}

export function parseToken(text: string | undefined): string | undefined | Problem {
  return text === undefined || isSendable(text) ? text : new Problem(`it ${UNSENDABLE}`);
}

const UNSENDABLE = 'has a character that no header can carry. Use letters, digits and signs of ASCII.';

/** As it comes back in `Authorization: Bearer …`. */
function isSendable(text: string): boolean {
  return /^[!-~]+$/.test(text);
}

/** Fewer characters than this can be tried out. */
const MIN_SECRET_LENGTH = 16;

export function parseSecretKeys(text: string | undefined): readonly string[] | undefined | Problem {
  const keys = toList(text);
  if (keys === undefined) return undefined;
  return keys.length > 0 && keys.every(key => key.length >= MIN_SECRET_LENGTH)
    ? keys
    : new Problem(
        `every key needs at least ${MIN_SECRET_LENGTH} characters. Make one with: openssl rand -base64 32`,
      );
}

export function parseHttpUrl(text: string | undefined): string | undefined | Problem {
  if (text === undefined) return undefined;
  return /^https?:\/\//.test(text) && URL.canParse(text)
    ? text
    : new Problem('this is no http:// or https:// URL.');
}

export function parseAllowed(text: string | undefined): ReturnType<typeof parseAllowList> | Problem {
  try {
    return parseAllowList(text);
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    // The egress names the setting itself; so does the list of problems.
    return new Problem(sentence.replace('TRAMONTANE_ALLOW_PRIVATE_NETWORKS: ', ''));
  }
}

export function parseOrigins(text: string | undefined): readonly string[] | Problem {
  const origins: string[] = [];
  for (const item of toList(text) ?? []) {
    if (item === '*') origins.push(item);
    else if (/^(https?|wss?):\/\//.test(item) && URL.canParse(item)) origins.push(new URL(item).origin);
    else
      return new Problem(
        `${JSON.stringify(item)} is no origin. Write it as https://host:port, or * for every server.`,
      );
  }
  return origins;
}

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;

export function parseLogLevel(text: string | undefined): (typeof LOG_LEVELS)[number] | Problem {
  const level = LOG_LEVELS.find(candidate => candidate === (text ?? 'warn'));
  return level ?? new Problem(`${JSON.stringify(text)} is no level. Give one of ${LOG_LEVELS.join(', ')}.`);
}

const TOOL_CHANGES = ['accept', 'warn', 'block'] as const;

export function parseToolChanges(text: string | undefined): (typeof TOOL_CHANGES)[number] | Problem {
  const policy = TOOL_CHANGES.find(candidate => candidate === (text ?? 'warn'));
  return (
    policy ?? new Problem(`${JSON.stringify(text)} is not known. Give one of ${TOOL_CHANGES.join(', ')}.`)
  );
}

export function parseRateLimit(text: string | undefined): string | undefined | Problem {
  if (text === undefined) return undefined;
  return orProblem(() => {
    parseRate(text);
    return text;
  });
}

export function parseRedisUrl(text: string | undefined): string | undefined | Problem {
  if (text === undefined) return undefined;
  return /^(rediss?|unix):\/\//.test(text) && URL.canParse(text)
    ? text
    : new Problem('this is no redis://, rediss:// or unix:// URL.');
}

export function parseCorsOrigins(text: string | undefined): readonly string[] | undefined | Problem {
  const origins: string[] = [];
  for (const item of toList(text) ?? []) {
    if (item === '*') origins.push(item);
    else if (/^https?:\/\//.test(item) && URL.canParse(item)) origins.push(new URL(item).origin);
    else
      return new Problem(
        `${JSON.stringify(item)} is no origin. Write it as https://host or https://host:port, or * for every page.`,
      );
  }
  return origins.length > 0 ? origins : undefined;
}

/** Of a list of addresses and ranges, as the guards read them. */
export function toAddressParser(name: 'ALLOWED_IPS' | 'TRUSTED_PROXIES') {
  return (text: string | undefined): readonly string[] | undefined | Problem =>
    orProblem(() => {
      const { network = {} } = parseGuardSettings({ [name]: text });
      return name === 'ALLOWED_IPS' ? network.allow : network.trustedProxies;
    }, `${name}: the list: `);
}

/** @param said What the message begins with, which is said already. */
function orProblem<T>(work: () => T, said = ''): T | Problem {
  try {
    return work();
  } catch (error) {
    if (error instanceof GuardsError) return new Problem(error.message.replace(said, ''));
    throw error;
  }
}

const TIMEOUTS = { connect: 30, idle: 30, total: 600 };
const DAY_SECONDS = 86_400;

/** Milliseconds, from seconds by name. */
export function parseToolTimeouts(
  text: string | undefined,
): { connectMs: number; idleMs: number; totalMs: number } | Problem {
  const seconds = parseNumbers(text, TIMEOUTS, DAY_SECONDS);
  if (seconds instanceof UnreadItem) {
    return new Problem(
      `${JSON.stringify(seconds.text)} is no limit. Write connect, idle or total with seconds up to ${DAY_SECONDS}, such as idle=60.`,
    );
  }
  const { connect, idle, total } = seconds;
  return { connectMs: connect * 1000, idleMs: idle * 1000, totalMs: total * 1000 };
}

/** An item of a list that cannot be read. */
export class UnreadItem {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** `name=number` in a comma list; names that are left out keep their default. Numbers are above 0. */
export function parseNumbers<Name extends string>(
  text: string | undefined,
  defaults: Readonly<Record<Name, number>>,
  most: number,
): Record<Name, number> | UnreadItem {
  const numbers: Record<Name, number> = { ...defaults };
  const isName = (name: string): name is Name => Object.hasOwn(defaults, name);
  for (const item of toList(text) ?? []) {
    const [, name = '', number = ''] = /^([a-z]+)\s*=\s*(\d+(?:\.\d+)?)$/.exec(item) ?? [];
    const value = Number(number);
    if (!isName(name) || !(value > 0 && value <= most)) return new UnreadItem(item);
    numbers[name] = value;
  }
  return numbers;
}

function toList(text: string | undefined): string[] | undefined {
  return text
    ?.split(',')
    .map(item => item.trim())
    .filter(item => item !== '');
}
