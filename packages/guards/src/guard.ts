import type { Caller } from './caller.ts';
import type { MaybePromise } from './maybe-promise.ts';
import type { HeaderLookup, Refusal, Visit } from './visit.ts';

/**
 * What one section of `createGuards` does. Every part is optional, and a part that nobody has costs nothing: the parts
 * of all sections are put together once, in a fixed order (docs/decisions/0007-guards.md).
 */
export interface Guard {
  /** Before the caller is known: cheap checks, and limits by address. */
  readonly arrive?: HttpCheck;
  /** It came with credentials, and nobody knows them. A refusal takes the place of the 401. */
  readonly denied?: HttpCheck;
  /** The caller is known (or the server asks for none); the body is not read yet. */
  readonly admit?: HttpCheck;
  /** What it asked for was begun, and it does nothing but wait for that from now on. Must not throw. */
  readonly waits?: (visit: Visit) => void;
  /** The answer is decided, whoever decided it. Must not throw. */
  readonly leave?: (visit: Visit, status: number) => void;
  /** Around the call of a tool. */
  readonly call?: CallGuard;
  /** A call of a tool begins; `ended` follows. Must not throw. */
  readonly began?: (call: GuardedCall) => void;
  /** It has ended, refused or run, with what the caller is told. Must not throw. */
  readonly ended?: (ended: EndedCall) => void;
  /** Something that lasts is open now; what is returned is called once when it has ended. Must not throw. */
  readonly opened?: (what: Lasting) => () => void;
  /** Paths of its own, as `/metrics`. */
  readonly routes?: readonly GuardRoute[];
  /** Lets go of connections and timers. */
  readonly close?: () => Promise<void>;
}

/** A session of a 2025 client; a stream of events; a connection of HTTP; one of WebSocket. */
export type Lasting = 'session' | 'stream' | 'http' | 'websocket';

/** A refusal ends the request there. */
export type HttpCheck = (visit: Visit) => MaybePromise<Refusal | undefined>;

/**
 * Calls `next`, once at most, and returns its outcome or another one; or returns a `failed` one without calling it.
 * `next` never throws or rejects. It resolves when the work is done: of a call that goes on as a task, at the task's end.
 */
export type CallGuard = (call: GuardedCall, next: RunCall) => MaybePromise<CallOutcome>;

/** `signal`: stops the call, in place of the caller's own. */
export type RunCall = (signal?: AbortSignal) => MaybePromise<CallOutcome>;

/** A call of a tool: the same from every transport. */
export interface GuardedCall {
  readonly requestId: string;
  /** The request it came with; of a connection that carries many, the one that opened it. */
  readonly visit?: Visit | undefined;
  /** As the caller gave it; it need not be the name of a tool. */
  readonly name: string;
  /** `undefined`: there is none of that name. */
  readonly tool: GuardedTool | undefined;
  /** As they came; checked by nobody yet. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly caller: Caller | undefined;
  /** Of the client; `undefined` on stdio. */
  readonly address: string | undefined;
  /** Absent on transports without headers. */
  readonly header: HeaderLookup | undefined;
  /** `params._meta`: trace context and the like. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  /** From `_meta["io.tramontane/idempotency-key"]` or the header `Idempotency-Key`. */
  readonly idempotencyKey: string | undefined;
  /** Aborts when nobody waits for the call any more. */
  readonly signal: AbortSignal;
}

/** What a server says of a tool. */
export interface GuardedTool {
  readonly name: string;
  /** Declared `idempotent`: it takes an idempotency key. */
  readonly idempotent: boolean;
  readonly annotations: { readonly readOnlyHint?: boolean; readonly destructiveHint?: boolean } | undefined;
}

/** How a call ended. */
export type CallOutcome =
  | {
      readonly kind: 'result';
      readonly result: {
        readonly content: readonly object[];
        readonly structuredContent?: unknown;
        readonly isError?: boolean;
        readonly _meta?: Readonly<Record<string, unknown>>;
      };
      /** `structuredContent` as JSON, where it was written already; it goes before `result`. Leave it out of a changed result. */
      readonly valueJson?: string;
    }
  /** The client has to answer first, and calls again. */
  | { readonly kind: 'input_needed' }
  | CallFailed;

/** There is no result; `message` says why, to the model and the caller. */
export interface CallFailed {
  readonly kind: 'failed';
  /** `refused` is for guards; the others are the server's own. */
  readonly failure: string;
  readonly message: string;
  /** With `refused`: goes into the `_meta` of the result. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** How a call of a tool ended, in the words of logs, metrics and the audit trail. */
export interface EndedCall {
  readonly call: GuardedCall;
  readonly status: 'success' | 'error';
  /** Of few values, for labels: `tool_error` for a result that says `isError`, else what failed. */
  readonly errorType: string | undefined;
  /** What the caller was told. */
  readonly error: string | undefined;
  readonly durationSeconds: number;
}

/** Answers GET. */
export interface GuardRoute {
  readonly path: string;
  /** Without credentials; the address is checked all the same. */
  readonly open: boolean;
  readonly answer: (visit: Visit) => MaybePromise<GuardAnswer>;
}

export interface GuardAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
