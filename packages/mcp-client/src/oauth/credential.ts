import type { JWK } from 'jose';
import type { OAuthClient } from './oauth-client.ts';
import type { Tokens } from './tokens.ts';

/** Everything needed to use tokens and to renew them without looking anything up. All of it is secret. */
export interface OAuthCredential {
  readonly client: OAuthClient;
  readonly tokenEndpoint: string;
  /** The tool server the tokens are for, as its metadata names it. */
  readonly resource?: string;
  /** Scopes that were asked for, so that a later wish for more does not drop them. */
  readonly requestedScope?: string;
  /** Scopes that a call was found to need and that the next sign-in asks for as well. */
  readonly wantedScope?: string;
  /** Key the tokens are bound to. */
  readonly dpopKey?: JWK;
  readonly tokens: Tokens;
}

/** Where the tokens of one credential are kept. */
export interface TokenPlace {
  read(signal: AbortSignal): Promise<OAuthCredential | undefined>;
  /**
   * Replace what is kept. `work` runs for one caller at a time, over all processes that share the place, and is given
   * what is kept at that moment. What it returns is kept; where it throws, nothing changes.
   */
  change(
    work: (current: OAuthCredential | undefined) => Promise<OAuthCredential>,
    signal: AbortSignal,
  ): Promise<OAuthCredential>;
}

/** A place in this process's memory. */
export function createMemoryPlace(first?: OAuthCredential): TokenPlace {
  let kept = first;
  let queue: Promise<unknown> = Promise.resolve();
  return {
    read: async () => kept,
    change(work, signal) {
      const next = queue.then(async () => {
        signal.throwIfAborted();
        kept = await work(kept);
        return kept;
      });
      queue = next.catch(() => undefined);
      return next;
    },
  };
}

/** Scopes of all these lists, each once, in the order they first appear. */
export function unionOfScopes(...lists: readonly (string | undefined)[]): string | undefined {
  const scopes = new Set(lists.flatMap(list => list?.split(/\s+/).filter(scope => scope !== '') ?? []));
  return scopes.size === 0 ? undefined : [...scopes].join(' ');
}
