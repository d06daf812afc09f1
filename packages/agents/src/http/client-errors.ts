import type { Duplex } from 'node:stream';
import { toErrorBody } from '@tramontane/wire';

interface Told {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
}

const BAD = { status: 400, reason: 'Bad Request' };
const UNREADABLE: Told = { ...BAD, message: 'This is no HTTP request that can be read.' };
const TOO_LARGE: Told = {
  status: 431,
  reason: 'Request Header Fields Too Large',
  message: 'The headers of this request are too large.',
};
const LATE: Told = {
  status: 408,
  reason: 'Request Timeout',
  message: 'The request did not arrive in time.',
};
const BY_CODE: ReadonlyMap<string, Told> = new Map([
  ['HPE_HEADER_OVERFLOW', TOO_LARGE],
  ['HPE_INVALID_METHOD', { ...BAD, message: 'There is no such HTTP method.' }],
  ['ERR_HTTP_REQUEST_TIMEOUT', LATE],
]);

/** Answers what node cannot read as a request, which reaches no hook and no route, in the form of this API's errors. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const { status, reason, message } = BY_CODE.get(error.code ?? '') ?? UNREADABLE;
    const body = JSON.stringify(toErrorBody({ status, type: 'invalid_request_error', message }));
    socket.write(
      `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json; charset=utf-8\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroy(error);
}
