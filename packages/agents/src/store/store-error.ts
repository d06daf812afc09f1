export const STORE_ERROR_CODES = ['database_unusable'] as const;
export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number];

/** The database cannot be used at all. Failures of single statements keep the driver's own errors. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}

/** PostgreSQL's class 23 code of a broken unique constraint. */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** A row that this one belongs to was deleted. */
export function isForeignKeyViolation(error: unknown): boolean {
  return codeOf(error) === '23503';
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
