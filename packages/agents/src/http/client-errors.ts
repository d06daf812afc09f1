import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { toErrorBody } from '@tramontane/wire';

interface Told {
  readonly status: number;
  readonly message: string;
}

const UNREADABLE: Told = { status: 400, message: 'This is no HTTP request that can be read.' };
const BY_CODE: ReadonlyMap<string, Told> = new Map([
  ['HPE_HEADER_OVERFLOW', { status: 431, message: 'The headers of this request are too large.' }],
  ['HPE_INVALID_METHOD', { status: 400, message: 'There is no such HTTP method.' }],
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: 408, message: 'The request did not arrive in time.' }],
]);

/** Answers what node cannot read as a request, which reaches no hook and no route, in the form of this API's errors. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const { status, message } = BY_CODE.get(error.code ?? '') ?? UNREADABLE;
    const body = JSON.stringify(toErrorBody({ status, type: 'invalid_request_error', message }));
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroy(error);
}
