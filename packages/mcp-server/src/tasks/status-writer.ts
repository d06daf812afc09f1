/**
 * Writes the newest of many messages, one at a time: a handler may tell its progress a thousand times a second, and
 * each write is one to a database.
 */
export function createStatusWriter(
  write: (message: string) => Promise<unknown>,
  failed: (error: unknown) => void,
): (message: string) => void {
  let newest: string | undefined;
  let writing = false;
  const writeAll = async (): Promise<void> => {
    writing = true;
    try {
      while (newest !== undefined) {
        const message = newest;
        newest = undefined;
        await write(message);
      }
    } catch (error) {
      failed(error);
    } finally {
      writing = false;
    }
  };
  return message => {
    newest = message;
    if (!writing) void writeAll();
  };
}

/** Progress in words, since tasks have no notifications of it. */
export function describeProgress(value: number, total?: number, message?: string): string {
  const count = total === undefined ? String(value) : `${value} of ${total}`;
  return message === undefined ? count : `${message} (${count})`;
}
