/**
 * - `no_tokens`: a check of credentials that accepts none.
 * - `bad_token`: a token, hash or date that cannot be used.
 * - `bad_rate`: a rate that is not of the form `100/minute`.
 * - `bad_option`: another option of a guard that cannot be.
 */
export type GuardsErrorCode = 'no_tokens' | 'bad_token' | 'bad_option' | 'bad_rate';

/** A guard was configured in a way that cannot work. Thrown while a guard is made, never for a caller's mistake. */
export class GuardsError extends Error {
  readonly code: GuardsErrorCode;

  constructor(code: GuardsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GuardsError';
    this.code = code;
  }
}
