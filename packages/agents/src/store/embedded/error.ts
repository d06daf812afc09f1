/**
 * Why the embedded database could not be opened.
 *
 * - `unsupported_platform`: no PostgreSQL for this system, or its program does not run here
 * - `data_folder_unusable`: cannot be created or written, or is not a folder
 * - `data_folder_unreachable`: the system user the database runs as cannot get there
 * - `staged_data_missing`: the place named in the data folder is gone
 * - `no_database_user`: no system user to run the database as
 * - `not_a_cluster`: something else lies where the database should be
 * - `password_refused`: the kept password is not the database's
 * - `socket_folder_unsafe`: somebody else owns the socket folder
 * - `disk_full`, `start_failed`, `not_ready_in_time`, `not_stopped`: as they say
 * - `bad_name`: a database or role name that is not allowed
 * - `closed`: used after close()
 */
export type EmbeddedPostgresErrorCode =
  | 'unsupported_platform'
  | 'data_folder_unusable'
  | 'data_folder_unreachable'
  | 'staged_data_missing'
  | 'no_database_user'
  | 'not_a_cluster'
  | 'password_refused'
  | 'socket_folder_unsafe'
  | 'disk_full'
  | 'start_failed'
  | 'not_ready_in_time'
  | 'not_stopped'
  | 'bad_name'
  | 'closed';

export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** `code` of a system error (`ENOENT`) or of a PostgreSQL error (`42P04`); undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** One sentence for a failed file operation in a folder that has to be written. */
export function toFolderError(folder: string, cause: unknown): EmbeddedPostgresError {
  const elsewhere =
    'Set TRAMONTANE_DATA to a folder that can be written, or DATABASE_URL to a PostgreSQL of yours.';
  const code = codeOf(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new EmbeddedPostgresError(
      'disk_full',
      `The disk of the data folder ${folder} is full. Free some space and start again.`,
      { cause },
    );
  }
  const reason =
    code === 'EEXIST' || code === 'ENOTDIR'
      ? 'a file is in its place'
      : code === 'EROFS'
        ? 'the file system is read-only'
        : code === 'EACCES' || code === 'EPERM'
          ? 'permission is denied'
          : code === 'ENOENT'
            ? 'no folder can be made there'
            : String(cause instanceof Error ? cause.message : cause);
  return new EmbeddedPostgresError(
    'data_folder_unusable',
    `The data folder ${folder} cannot be used: ${reason}. ${elsewhere}`,
    { cause },
  );
}
