import { ToolError } from '@tramontane/mcp-server';
import { DatabaseError } from 'pg';

/** Whether the database went away or has no place, as against "it did not like the statement". */
function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Classes 08 (connection), 53 (resources), 57P (shutdown, crash, starting up).
  if (error instanceof DatabaseError) return /^(?:08|53|57P)/u.test(error.code ?? '');
  if ('code' in error)
    return ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT'].includes(String(error.code));
  // pg says these in words only.
  return /^Connection terminated|^Client has encountered a connection error|^timeout exceeded when trying to connect/u.test(
    error.message,
  );
}

/** Lets the caller read that the database is away for now; any other error stays what it is. */
export async function reportOutage<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isOutage(error)) throw error;
    throw new ToolError(
      "The company's database cannot be reached at the moment. Try again in a few seconds.",
      {
        cause: error,
      },
    );
  }
}
