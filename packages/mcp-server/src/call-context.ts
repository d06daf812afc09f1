import type { Log } from './log.ts';

/** Who calls. `fingerprint` tells callers apart without giving their credential away. */
export interface AuthInfo {
  readonly fingerprint: string;
}

/** What handlers of every kind get. */
export interface RequestContext {
  /** Aborts when the time limit has passed, the caller went away, or the server stops. */
  readonly signal: AbortSignal;
  /** The same in the log lines of one request. */
  readonly requestId: string;
  /** Absent when the server asks for no credentials. */
  readonly auth?: AuthInfo;
  /** Writes lines that carry the request id and the name of the tool or resource. */
  readonly log: Log;
}

/** What a tool's handler gets beside its arguments. */
export interface ToolContext extends RequestContext {
  /**
   * Equal on every attempt of one call. A tool declared `idempotent` promises that a second call with the same
   * key has no second effect. From `_meta["io.tramontane/idempotency-key"]`, or `Idempotency-Key` in the REST form.
   */
  readonly idempotencyKey?: string;
}

/** What a resource's `read` gets beside the URI or its values. */
export interface ReadContext extends RequestContext {
  /** As it was asked for. */
  readonly uri: string;
}
