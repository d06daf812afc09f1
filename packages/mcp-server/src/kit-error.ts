/**
 * - `definition_invalid`: a tool, resource or server was declared in a way that cannot work.
 * - `tool_failed`, `permission_denied`, `timed_out`: what a handler says of itself by throwing a `ToolError`.
 * - `capability_missing`: a handler asked its caller something the client cannot answer; a handler may catch it and
 *   go on without.
 * - `client_failed`: the client did not answer a question, or not in the form it has to.
 * - `input_needed`: ends a handler whose question goes to the client first; it is run again with the answer. Let it
 *   pass when you catch errors.
 * - `rpc_error`: the server answered a test client with an error of the protocol.
 * - `task_refused`: a task cannot be begun or changed now: too many are running or kept.
 * - `saga_refused`: a saga cannot be begun: its key was used for something else, or the server stops.
 * - `workers_failed`: the processes of `runWorkers` cannot be started, or do not answer each other.
 * - `template_refused`: a new project cannot be written under this name, or into this folder.
 */
export type KitErrorCode =
  | 'definition_invalid'
  | 'tool_failed'
  | 'permission_denied'
  | 'timed_out'
  | 'capability_missing'
  | 'client_failed'
  | 'input_needed'
  | 'rpc_error'
  | 'task_refused'
  | 'saga_refused'
  | 'workers_failed'
  | 'template_refused';

/** The one error class of this package. */
export class KitError extends Error {
  readonly code: KitErrorCode;

  constructor(code: KitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KitError';
    this.code = code;
  }
}

export type ToolErrorCode = Extract<KitErrorCode, 'tool_failed' | 'permission_denied' | 'timed_out'>;

export interface ToolErrorOptions extends ErrorOptions {
  /** `tool_failed` unless given. */
  readonly code?: ToolErrorCode;
}

/**
 * Thrown by a handler whose failure the caller shall read: `message` reaches the model and the caller word for
 * word, `cause` only the log. Any other error a handler throws is answered as an internal error without details.
 */
export class ToolError extends KitError {
  declare readonly code: ToolErrorCode;

  constructor(message: string, options: ToolErrorOptions = {}) {
    super(options.code ?? 'tool_failed', message, options);
    this.name = 'ToolError';
  }
}
