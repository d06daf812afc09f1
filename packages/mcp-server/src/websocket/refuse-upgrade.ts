import type { Duplex } from 'node:stream';

/** Answers an upgrade request with an error, in the form HTTP errors have, and ends the connection. */
export function refuseUpgrade(raw: Duplex, status: number, detail: string, challenge?: string): void {
  const body = JSON.stringify({ detail });
  // Not imported: see createDrainingServers.
  const { STATUS_CODES } = process.getBuiltinModule('node:http');
  // The peer may be gone already; there is nobody to tell then.
  raw.on('error', () => raw.destroy());
  raw.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(challenge === undefined ? [] : [`WWW-Authenticate: ${challenge}`]),
      '',
      body,
    ].join('\r\n'),
    () => raw.destroy(),
  );
}
