import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyTooLarge, type HttpAnswer, type HttpRequest } from './http-message.ts';

interface NodeRequestOptions {
  /** Where the server takes the request to be; a mount point before it is left out. */
  readonly path: string;
  readonly id: string;
  /** Aborts calls in flight, as at the end of a drain that took too long. */
  readonly stop: AbortSignal | undefined;
  /** Of the client, where another process of this server took the request; the other end of the connection unless given. */
  readonly peer?: string | undefined;
}

export function toHttpRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: NodeRequestOptions,
): HttpRequest {
  return new NodeRequest(request, response, options);
}

/** A request costs one of these; what few handlers look at is made when one does. */
class NodeRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly id: string;
  readonly header: (name: string) => string | undefined;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #stop: AbortSignal | undefined;
  readonly #peer: string | undefined;
  #signal: AbortSignal | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, options: NodeRequestOptions) {
    const { path, id, stop, peer } = options;
    const { headers, method = 'GET' } = request;
    this.method = method;
    this.path = path;
    this.id = id;
    this.header = name => {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    this.#request = request;
    this.#response = response;
    this.#stop = stop;
    this.#peer = peer;
  }

  get peer(): string | undefined {
    return this.#peer ?? this.#request.socket.remoteAddress;
  }

  query(name: string): string | undefined {
    // Only the part after the question mark is looked at; what is before it need not be a URL.
    const [, query = ''] = (this.#request.url ?? '').split('?', 2);
    return new URLSearchParams(query).get(name) ?? undefined;
  }

  readBody(limit: number): Promise<string> {
    return readBody(this.#request, limit);
  }

  get signal(): AbortSignal {
    return (this.#signal ??= toSignal(this.#response, this.#stop));
  }

  get aborted(): boolean {
    return this.#signal?.aborted ?? (this.#stop?.aborted === true || isGone(this.#response));
  }
}

/** Longer than the time between two signs of life of a stream. */
const READ_MS = 60_000;

/**
 * The status and headers of an answer, and all of its body or the beginning of a stream.
 *
 * @param readMs without a byte being taken by the client, after which the connection is cut.
 */
export function sendAnswer(response: ServerResponse, answer: HttpAnswer, readMs = READ_MS): void {
  writeAnswer(response, answer);
  // Most answers are with the system by now. What is not, or goes on, would stay for as long as the client likes.
  if (typeof answer.body === 'function' || isUnread(response)) {
    response.setTimeout(readMs, () => isUnread(response) && response.destroy());
  }
}

function isUnread(response: ServerResponse): boolean {
  return (response.socket?.writableLength ?? 0) > 0;
}

function writeAnswer(response: ServerResponse, { status, headers, body, parts, encoded }: HttpAnswer): void {
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
  } else if (encoded !== undefined) {
    response.writeHead(status, { ...headers, 'content-length': encoded.length }).end(encoded);
  } else if (parts !== undefined) {
    const lengths = parts.map(part => Buffer.byteLength(part));
    response.writeHead(status, {
      ...headers,
      'content-length': lengths.reduce((sum, length) => sum + length, 0),
    });
    // Gathered, so that all of it leaves in one call of the system.
    response.cork();
    for (const part of parts) response.write(part);
    response.end();
  } else if (body === undefined) {
    // RFC 9110 section 8.6: no length where there can be no body.
    response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': 0 }).end();
  } else {
    const length = Buffer.byteLength(body);
    response.writeHead(status, { ...headers, 'content-length': length });
    // Text of one byte a character needs no encoding; most answers are.
    response.end(body, length === body.length ? 'latin1' : 'utf8');
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
  // An error closes it too, and is only told to those who listen to errors.
  request.on('close', () => {
    if (!request.complete) reject(new Error('The connection closed before the body had arrived.'));
  });
  return promise;
}

/** Aborts when the connection closes before the answer is out, or when the server stops. */
function toSignal(response: ServerResponse, stop: AbortSignal | undefined): AbortSignal {
  if (stop?.aborted) return stop;
  // No close would follow to take the listener off `stop` again, which lives as long as the server.
  if (response.closed) return isGone(response) ? AbortSignal.abort() : new AbortController().signal;
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  stop?.addEventListener('abort', abort);
  response.once('close', () => {
    stop?.removeEventListener('abort', abort);
    if (isGone(response)) abort();
  });
  return controller.signal;
}

function isGone(response: ServerResponse): boolean {
  return response.closed && !response.writableFinished;
}
