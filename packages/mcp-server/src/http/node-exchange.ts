import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyTooLarge, type HttpAnswer, type HttpRequest } from './http-message.ts';

interface NodeRequestOptions {
  /** Where the server takes the request to be; a mount point before it is left out. */
  readonly path: string;
  readonly id: string;
  /** Aborts calls in flight, as at the end of a drain that took too long. */
  readonly stop: AbortSignal | undefined;
}

export function toHttpRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { path, id, stop }: NodeRequestOptions,
): HttpRequest {
  const { headers, method = 'GET' } = request;
  return {
    method,
    path,
    header: name => {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    readBody: limit => readBody(request, limit),
    signal: toSignal(response, stop),
    id,
  };
}

/** The status and headers of an answer, and all of its body or the beginning of a stream. */
export function sendAnswer(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  if (typeof body === 'function') {
    response.writeHead(status, headers);
    // A reader waits for the status, and the first event may be long in coming.
    response.flushHeaders();
    body({
      write: text => void response.write(text),
      end: () => void response.end(),
      cut: () => void response.destroy(),
      queued: () => response.writableLength,
    });
  } else if (body === undefined) {
    response.writeHead(status, { ...headers, 'content-length': 0 }).end();
  } else {
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  }
}

function readBody(request: IncomingMessage, limit: number): Promise<string> {
  if (Number(request.headers['content-length']) > limit) return Promise.reject(new BodyTooLarge());
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) return void chunks.push(chunk);
    request.pause();
    reject(new BodyTooLarge());
  });
  request.on('end', () => {
    const [only] = chunks;
    resolve((chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString('utf8'));
  });
  request.on('error', reject);
  request.on('close', () => reject(new Error('The connection closed before the body had arrived.')));
  return promise;
}

/** Aborts when the connection closes before the answer is out, or when the server stops. */
function toSignal(response: ServerResponse, stop: AbortSignal | undefined): AbortSignal {
  if (stop?.aborted) return stop;
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  stop?.addEventListener('abort', abort);
  response.once('close', () => {
    stop?.removeEventListener('abort', abort);
    if (!response.writableFinished) abort();
  });
  return controller.signal;
}
