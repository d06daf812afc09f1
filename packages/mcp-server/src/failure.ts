import { CapabilityMissing } from './asking/dialogue.ts';
import type { Capability } from './asking/question.ts';
import { KitError, ToolError } from './kit-error.ts';
import type { Log } from './log.ts';

export type Failure =
  | 'unknown'
  | 'invalid_arguments'
  | 'timed_out'
  | 'permission_denied'
  | 'tool_failed'
  | 'capability_missing'
  | 'client_failed'
  | 'insufficient_scope'
  | 'internal'
  | 'result_too_large'
  | 'refused'
  | 'aborted';

/** Why there is no result, in words for the caller. */
export interface Failed {
  readonly kind: 'failed';
  readonly failure: Failure;
  readonly message: string;
  /** With `capability_missing`. */
  readonly required?: Capability;
  /** With `insufficient_scope`: all that the call needs. */
  readonly scopes?: readonly string[];
  /** With `refused`: for programs, in the `_meta` of the result. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

export const INTERNAL_ERROR = 'Internal server error. The details are in the log of the server.';

export function failed(failure: Failure, message: string): Failed {
  return { kind: 'failed', failure, message };
}

/** What a caller may know of an error that a handler threw. `subject` as in `Tool "add"`. */
export function toFailed(error: unknown, subject: string, fields: object, log: Log): Failed {
  if (error instanceof ToolError) {
    if (error.cause !== undefined) log.warn({ ...fields, err: error }, `${subject} failed.`);
    return failed(error.code, error.message);
  }
  if (error instanceof CapabilityMissing) {
    return {
      kind: 'failed',
      failure: 'capability_missing',
      message: error.message,
      required: error.required,
    };
  }
  if (error instanceof KitError && error.code === 'client_failed')
    return failed('client_failed', error.message);
  // A time limit of the handler's own: AbortSignal.timeout() rejects what waits on it with this name.
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    log.warn({ ...fields, err: error }, `${subject} ran into a time limit of its own.`);
    return failed('timed_out', `${subject} timed out. Try again, or ask for less.`);
  }
  log.error({ ...fields, err: error }, `${subject} failed.`);
  return failed('internal', INTERNAL_ERROR);
}
