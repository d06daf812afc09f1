/** What is known of a key. */
export type Claimed =
  /** Nobody had it: it is claimed now, and `settle` or `release` has to follow. */
  | { readonly kind: 'mine' }
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly result: string }
  /** The process that had it ended before it was known how the work went. */
  | { readonly kind: 'lost' }
  /** It is kept for other arguments. */
  | { readonly kind: 'other_arguments' };

/** Keeps claims of keys, and the results under them, for a time. Keys are digests of who, what and which key. */
export interface OnceStore {
  /** @throws what the store's system throws, or an Error when there is no room. */
  readonly claim: (key: string, argumentsDigest: string) => Promise<Claimed>;
  readonly settle: (key: string, result: string) => Promise<void>;
  /** The work did not begin: the key is free again. */
  readonly release: (key: string) => Promise<void>;
  /** The work was stopped, and nobody knows how far it came. */
  readonly lose: (key: string) => Promise<void>;
  /** Resolves when the claim may have changed, sooner or later; at once when `signal` aborts. */
  readonly changed: (key: string, signal: AbortSignal) => Promise<void>;
  readonly close?: () => Promise<void>;
}
