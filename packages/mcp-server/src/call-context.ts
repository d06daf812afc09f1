import type { Caller } from '@tramontane/guards';
import type { $ZodType } from 'zod/v4/core';
import type {
  CreateMessageResult,
  ElicitAnswer,
  ElicitForm,
  ElicitUrl,
  Root,
  SampleRequest,
} from './asking/question.ts';
import type { Log } from './log.ts';

/** What the client says of itself. It is not verified: never decide by `info`. */
export interface ClientDetails {
  /** As in `{ elicitation: {}, sampling: {}, roots: {} }`; empty when the client has told nothing. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly info?: { readonly name: string; readonly version: string };
}

/** W3C trace context of the caller, from `_meta` or the headers; unverified. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
  readonly baggage?: string;
}

/** What came with the repeated call after `inputRequired()`. */
export interface GivenInput {
  /** By the keys of the questions; not checked beyond being objects. Empty in the first round. */
  readonly responses: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What was handed to `inputRequired()`; it went through the client sealed, and comes back as it was. */
  readonly state: unknown;
}

/** What handlers of every kind get. */
export interface RequestContext {
  /** Aborts when the time limit has passed, the caller went away, or the server stops. */
  readonly signal: AbortSignal;
  /** The same in the log lines of one request. */
  readonly requestId: string;
  /** Absent when the server asks for no credentials. */
  readonly auth?: Caller;
  /**
   * Writes lines that carry the request id and the name of the tool, prompt or resource. They also go to the client
   * when it asked for log messages of that level; values that are Errors stay here.
   */
  readonly log: Log;
  readonly client: ClientDetails;
  readonly trace: TraceContext | undefined;
  /**
   * Tells how far the work is; nothing happens unless the client asked for it. `value` has to grow. In a task it becomes
   * the message of its status.
   */
  readonly progress: (value: number, total?: number, message?: string) => void;
  /**
   * Asks the person behind the client, with a form or by sending them to a URL.
   *
   * A client of 2026-07-28 repeats its call with the answer, and **the handler runs again from its start**: ask before
   * anything that must not happen twice. Questions asked at once (`Promise.all`) travel together. `key` names the
   * question; without one it is named by its place in the order of questions. Waiting does not count as time of the
   * handler; a client has ten minutes for each answer.
   *
   * @throws KitError `capability_missing` if the client did not declare elicitation, `client_failed` if it does not
   * answer; and `input_needed`, which has to be let through.
   */
  readonly elicit: {
    <Content extends object>(
      form: ElicitForm & { readonly schema: $ZodType<Content> },
    ): Promise<ElicitAnswer<Content>>;
    (form: ElicitForm): Promise<ElicitAnswer<Readonly<Record<string, unknown>>>>;
    (url: ElicitUrl): Promise<ElicitAnswer<undefined>>;
  };
  /** Lets the client's model write. Throws as `elicit` does. */
  readonly sample: (request: SampleRequest) => Promise<CreateMessageResult>;
  /** The folders the client lets servers work in. Throws as `elicit` does. */
  readonly listRoots: (options?: { readonly key?: string }) => Promise<readonly Root[]>;
  readonly input: GivenInput;
  /**
   * Ends the caller's connection before the answer is there; the caller comes back for it after a while, and loses
   * nothing. For long work behind proxies that cut quiet connections. Only a 2025-11-25 session over HTTP can do it;
   * elsewhere nothing happens.
   */
  readonly closeStream: () => void;
}

/** What a tool's handler gets beside its arguments. */
export interface ToolContext extends RequestContext {
  /**
   * Equal on every attempt of one call. A tool declared `idempotent` promises that a second call with the same
   * key has no second effect. From `_meta["io.tramontane/idempotency-key"]`, else the header
   * `Idempotency-Key`.
   */
  readonly idempotencyKey?: string;
  /** Of the task this call runs as; `undefined` when the caller waits for it. */
  readonly taskId: string | undefined;
}

/** What a resource's `read` gets beside the URI or its values. */
export interface ReadContext extends RequestContext {
  /** As it was asked for. */
  readonly uri: string;
}

/** What a prompt's handler gets beside its arguments. */
export type PromptContext = RequestContext;
