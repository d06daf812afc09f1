/** The part of pino's logger that the kit uses: fields first, then the message. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * One JSON line for each warning and error. To stderr unless told otherwise: a server that speaks MCP over stdio
 * has only protocol messages on stdout.
 */
export function createLineLog(out: { write(line: string): unknown } = process.stderr): Log {
  const write = (level: string) => (fields: object, message: string) => {
    out.write(`${toLine({ level, time: new Date().toISOString(), msg: message }, fields)}\n`);
  };
  const drop = (): void => {};
  return { debug: drop, info: drop, warn: write('warn'), error: write('error') };
}

/** The same fields on every line. */
export function withFields(log: Log, fields: object): Log {
  return {
    debug: (more, message) => log.debug({ ...fields, ...more }, message),
    info: (more, message) => log.info({ ...fields, ...more }, message),
    warn: (more, message) => log.warn({ ...fields, ...more }, message),
    error: (more, message) => log.error({ ...fields, ...more }, message),
  };
}

/** Fields that JSON cannot carry (a BigInt, a cycle) are left out: a log line must not fail what it tells of. */
function toLine(head: object, fields: object): string {
  try {
    return JSON.stringify({ ...head, ...toPlain(fields) });
  } catch {
    return JSON.stringify(head);
  }
}

/** JSON shows an Error as `{}`; its stack and the stack of its cause are what a log is read for. */
function toPlain(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? describeError(value) : value,
    ]),
  );
}

function describeError(error: Error): object {
  const { cause } = error;
  return {
    message: error.message,
    stack: error.stack,
    ...('code' in error && { code: error.code }),
    ...(cause !== undefined && { cause: cause instanceof Error ? describeError(cause) : cause }),
  };
}
