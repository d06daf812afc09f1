/**
 * - `definition_invalid`: a tool, resource or server was declared in a way that cannot work.
 * - `tool_failed`, `permission_denied`, `timed_out`: what a handler says of itself by throwing a `ToolError`.
 */
export type KitErrorCode = 'definition_invalid' | 'tool_failed' | 'permission_denied' | 'timed_out';

/** The one error class of this package. */
export class KitError extends Error {
  readonly code: KitErrorCode;

  constructor(code: KitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KitError';
    this.code = code;
  }
}

export type ToolErrorCode = Exclude<KitErrorCode, 'definition_invalid'>;

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
