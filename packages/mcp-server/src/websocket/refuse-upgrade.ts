import type { Duplex } from 'node:stream';

export interface UpgradeRefusal {
  readonly status: number;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers an upgrade request with an error, in the form HTTP errors have, and ends the connection. */
export function refuseUpgrade(raw: Duplex, { status, detail, headers = {} }: UpgradeRefusal): void {
  const body = JSON.stringify({ detail });
  // Not imported: see createDrainingServers.
  const { STATUS_CODES } = process.getBuiltinModule('node:http');
  raw.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ].join('\r\n'),
    () => raw.destroy(),
  );
}
