export type GuardsErrorCode = 'no_tokens' | 'bad_token';

/** A guard was configured in a way that cannot work. Thrown while a guard is made, never for a caller's mistake. */
export class GuardsError extends Error {
  readonly code: GuardsErrorCode;

  constructor(code: GuardsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GuardsError';
    this.code = code;
  }
}
