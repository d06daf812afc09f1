import { setTimeout as sleep } from 'node:timers/promises';
import { createBearerAuth, type Auth, type AuthVerdict } from '@tramontane/guards';
import type { ApiKeyStore } from './api-key.ts';
import { OPERATOR, type Caller } from './caller.ts';

/** Whose key came with a request. The key's name and its fingerprint may be logged. */
export interface KeyHolder {
  readonly caller: Caller;
  /** Absent for keys of the settings, which have none. */
  readonly keyName?: string;
  readonly fingerprint: string;
}

/** Takes the value of the `Authorization` header; `undefined` when its key is not accepted. */
export type KeyCheck = (authorization: string | undefined) => Promise<KeyHolder | undefined>;

/** How long a list of keys that was read stands, in milliseconds: a key revoked by a command is accepted no longer. */
const FRESH_MS = 1000;
/** Least time between two reads, in milliseconds: unknown keys, however many come, make no more than these. */
const PAUSE_MS = 100;

interface Known {
  /** Absent when no key is stored. */
  readonly auth: Auth | undefined;
  readonly holders: ReadonlyMap<string, Pick<KeyHolder, 'caller' | 'keyName'>>;
  readonly readAt: number;
}

/**
 * Accepts the operator's keys and those that are stored. The stored ones are read when a request comes and what was
 * read is a second old, or does not hold the request's key: that one may have been made a moment ago.
 * @param options.now Milliseconds of a clock that never goes back.
 */
export function createKeyCheck(options: {
  readonly operatorKeys: readonly string[];
  readonly stored: Pick<ApiKeyStore, 'list'>;
  readonly now: () => number;
}): KeyCheck {
  const operator = createBearerAuth({ tokens: options.operatorKeys });
  let known: Known | undefined;
  let reading: Promise<Known> | undefined;

  const readKeys = async (): Promise<Known> => {
    // Before the question: what is revoked while it is answered is not in the answer for certain.
    const readAt = options.now();
    const keys = await options.stored.list();
    const tokens = keys.map(({ sha256 }) => ({ sha256 }));
    return {
      auth: tokens.length > 0 ? createBearerAuth({ tokens }) : undefined,
      holders: new Map(keys.map(({ fingerprint, caller, name }) => [fingerprint, { caller, keyName: name }])),
      readAt,
    };
  };
  const readAgain = async (): Promise<Known> => {
    try {
      if (known) await sleep(Math.max(0, known.readAt + PAUSE_MS - options.now()));
      return await readKeys();
    } finally {
      reading = undefined;
    }
  };
  const readSince = async (moment: number): Promise<Known> => {
    while (!known || known.readAt < moment) {
      reading ??= readAgain();
      known = await reading;
    }
    return known;
  };
  const find = async (
    { auth, holders }: Known,
    authorization: string | undefined,
  ): Promise<KeyHolder | undefined> => {
    const verdict = auth && (await ask(auth, authorization));
    if (!verdict?.ok) return undefined;
    const { fingerprint } = verdict.caller;
    const holder = holders.get(fingerprint);
    return holder && { ...holder, fingerprint };
  };

  return async authorization => {
    const own = await ask(operator, authorization);
    if (own.ok) return { caller: OPERATOR, fingerprint: own.caller.fingerprint };
    if (own.reason !== 'invalid') return undefined;
    const now = options.now();
    const found = await find(await readSince(now - FRESH_MS), authorization);
    return found ?? find(await readSince(now), authorization);
  };
}

async function ask(auth: Auth, authorization: string | undefined): Promise<AuthVerdict> {
  return auth.check(name => (name === 'authorization' ? authorization : undefined));
}
