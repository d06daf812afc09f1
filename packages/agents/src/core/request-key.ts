import { ApiError } from './api-error.ts';
import type { Turn } from './begin-turn.ts';
import type { Caller } from './caller.ts';

/** A request with an idempotency key, as it is known again. */
export interface RequestKey {
  /** Digest of who asks and of the key they gave. */
  readonly id: string;
  /** Digest of all that the request says. */
  readonly digest: string;
  /** What was asked for, in words of few characters: `POST /v1/conversations`. */
  readonly endpoint: string;
}

/** How a request is carried out. */
export interface Asked {
  /** Fires when the caller goes away. */
  readonly signal: AbortSignal;
  readonly key?: RequestKey;
}

/** What the answer to a turn holds beside its run. */
export type Answered = Pick<Turn, 'offline'>;

/** The turn that began under a key. */
export interface KeptTurn {
  readonly runId: string;
  readonly conversationId: string;
  readonly answered: Answered;
  /** The conversation was deleted since. */
  readonly deleted: boolean;
}

/** Another request has the key. */
export interface OtherRequest {
  readonly kind: 'other_request';
  readonly endpoint: string;
}

/** A direct call of a tool that left under a key. */
export type KeptCall =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly result: unknown }
  /** Nobody carries it any more, and its end is not known. */
  | {
      readonly kind: 'broken_off';
      readonly callKey: string;
      readonly repeatable: boolean;
      readonly attempt: string;
    };

/** A call that is this process's to make. One of these says how it ended. */
export interface ClaimedCall {
  settle(result: unknown): Promise<void>;
  /** It did not leave: the key is free again, unless an earlier attempt under it did. */
  release(): Promise<void>;
  /** Nobody knows what it did. */
  lose(): Promise<void>;
}

/** What began under the keys of requests; kept for a day at least. Turns are written together with their run. */
export interface RequestKeyStore {
  findTurn(caller: Caller, key: RequestKey): Promise<KeptTurn | OtherRequest | undefined>;
  findCall(caller: Caller, key: RequestKey): Promise<KeptCall | OtherRequest | undefined>;
  /** Writes a call down before it leaves. `undefined` when the key is taken. */
  claimCall(
    caller: Caller,
    key: RequestKey,
    call: { readonly callKey: string; readonly repeatable: boolean },
  ): Promise<ClaimedCall | undefined>;
  /** Takes over a call that broke off. `undefined` when somebody else did. */
  takeCallOver(key: RequestKey, attempt: string): Promise<ClaimedCall | undefined>;
  /** Forgets what is older than a day. */
  sweep(): Promise<void>;
}

export function usedElsewhere({ endpoint }: OtherRequest): ApiError {
  const message = `This idempotency key was used for ${endpoint} with other arguments. A new request needs a new key.`;
  const loc = ['header', 'idempotency-key'];
  return new ApiError('other_arguments', message, {
    detail: [{ loc, msg: message, type: 'other_arguments' }],
  });
}
