/**
 * Why the company server does not start.
 *
 * - `bad_setting`: a setting is missing or wrong
 * - `port_in_use`: something else listens there
 * - `reader_too_strong`: the role for queries may do more than read the three tables
 * - `database_unavailable`: the database cannot be reached or prepared
 */
export type CompanyErrorCode = 'bad_setting' | 'port_in_use' | 'reader_too_strong' | 'database_unavailable';

export class CompanyError extends Error {
  override readonly name = 'CompanyError';
  readonly code: CompanyErrorCode;

  constructor(code: CompanyErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
