const PLAIN = /^[\w.:-]{1,128}$/;

/** Only a plain id is taken from a caller: it goes into log lines, and into requests to others. */
export function isPlainRequestId(id: string | undefined): id is string {
  return id !== undefined && PLAIN.test(id);
}
