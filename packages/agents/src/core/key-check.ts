import { setTimeout as sleep } from 'node:timers/promises';
import { createBearerCheck, type BearerCheck } from '@tramontane/guards';
import type { ApiKeyStore } from './api-key.ts';
import { OPERATOR, type Caller } from './caller.ts';

/** Whose key came with a request. The fingerprint may be logged. */
export interface KeyHolder {
  readonly caller: Caller;
  readonly fingerprint: string;
}

/** Takes the value of the `Authorization` header; `undefined` when its key is not accepted. */
export type KeyCheck = (authorization: string | undefined) => Promise<KeyHolder | undefined>;

/** How long a list of keys that was read stands, in milliseconds: a key revoked by a command is accepted no longer. */
const FRESH_MS = 1000;
/** Least time between two reads, in milliseconds: unknown keys, however many come, make no more than these. */
const PAUSE_MS = 100;

interface Known {
  readonly check: BearerCheck;
  readonly callers: ReadonlyMap<string, Caller>;
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
  const operator = createBearerCheck({ tokens: options.operatorKeys });
  let known: Known | undefined;
  let reading: Promise<Known> | undefined;

  const readKeys = async (): Promise<Known> => {
    // Before the question: what is revoked while it is answered is not in the answer for certain.
    const readAt = options.now();
    const keys = await options.stored.list();
    const sha256Hashes = keys.map(key => key.sha256);
    return {
      check: keys.length > 0 ? createBearerCheck({ sha256Hashes }) : () => ({ ok: false, reason: 'invalid' }),
      callers: new Map(keys.map(key => [key.fingerprint, key.caller])),
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
  const find = ({ check, callers }: Known, authorization: string | undefined): KeyHolder | undefined => {
    const verdict = check(authorization);
    const caller = verdict.ok ? callers.get(verdict.fingerprint) : undefined;
    return verdict.ok && caller ? { caller, fingerprint: verdict.fingerprint } : undefined;
  };

  return async authorization => {
    const own = operator(authorization);
    if (own.ok) return { caller: OPERATOR, fingerprint: own.fingerprint };
    if (own.reason !== 'invalid') return undefined;
    const now = options.now();
    return find(await readSince(now - FRESH_MS), authorization) ?? find(await readSince(now), authorization);
  };
}
