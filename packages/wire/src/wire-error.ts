/** What went wrong with data of the API's form. */
export const WIRE_ERROR_CODES = ['invalid_id', 'broken_stream'] as const;
export type WireErrorCode = (typeof WIRE_ERROR_CODES)[number];

/** A broken promise: data that our own side, or a server we read from, should never have made. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
