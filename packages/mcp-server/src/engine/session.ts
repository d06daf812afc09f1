import { randomUUID } from 'node:crypto';
import type { ClientDetails } from '../call-context.ts';
import type { LogLevel } from '../log-level.ts';
import { KitError } from '../kit-error.ts';
import type { Params, RequestId, RpcResponse } from './rpc.ts';

/** How long a client may take to answer; people answer some of the questions. */
const ANSWER_MS = 600_000;
/** A client that subscribes to more is broken or hostile. */
const MOST_SUBSCRIPTIONS = 1000;

export interface SessionOptions {
  /** Delivers what belongs to no request: the connection itself, or the GET stream over HTTP. */
  readonly send: (json: string) => void;
  /** Before the session's id: says where it lives, when there are several places. */
  readonly place?: string | undefined;
}

/** A request under way. */
export interface Running {
  readonly id: RequestId;
  readonly signal: AbortSignal;
  readonly abort: () => void;
  readonly parent: AbortSignal;
  /** By the client. */
  cancelled: boolean;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: KitError) => void;
}

/**
 * One connection of a client: what of the 2025 generation outlives a request, and, on transports where many requests
 * share one channel, which requests are under way. Made by `Engine.openSession`, ended by `close`.
 */
export class Session {
  readonly id: string;
  readonly send: (json: string) => void;
  /** From `initialize`. */
  client: ClientDetails | undefined;
  protocolVersion: string | undefined;
  /** From `logging/setLevel`; until then the client gets no log messages. */
  logLevel: LogLevel | undefined;
  /** URIs of `resources/subscribe`. */
  readonly subscriptions = new Set<string>();
  readonly #waiting = new Map<RequestId, Waiting>();
  readonly #running = new Map<RequestId, Running>();
  readonly #onClose: () => void;
  #asked = 0;
  #closed = false;

  constructor({ send, place = '' }: SessionOptions, onClose: () => void) {
    this.id = `${place}${randomUUID()}`;
    this.send = send;
    this.#onClose = onClose;
  }

  /** False when there are too many already. */
  subscribe(uri: string): boolean {
    if (this.subscriptions.size >= MOST_SUBSCRIPTIONS && !this.subscriptions.has(uri)) return false;
    this.subscriptions.add(uri);
    return true;
  }

  /** Until `end`, `notifications/cancelled` for this id aborts the signal. */
  begin(id: RequestId, parent: AbortSignal): Running {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    if (parent.aborted || this.#closed) abort();
    // Taken away again at the end: over stdio the parent lives as long as the process.
    parent.addEventListener('abort', abort);
    const running = { id, signal: controller.signal, abort, parent, cancelled: false };
    this.#running.set(id, running);
    return running;
  }

  end(running: Running): void {
    running.parent.removeEventListener('abort', running.abort);
    // A client that uses an id twice has only its last request under it.
    if (this.#running.get(running.id) === running) this.#running.delete(running.id);
  }

  /** What is cancelled is answered nothing more. */
  cancel(id: RequestId): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    running.cancelled = true;
    running.abort();
  }

  /**
   * Sends the client a request and waits for its answer.
   *
   * @throws KitError `client_failed`: it answered with an error, took too long, or went away.
   */
  async ask(
    method: string,
    params: Params | undefined,
    send: (json: string) => void,
    signal: AbortSignal,
  ): Promise<unknown> {
    const id = ++this.#asked;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const giveUp = (why: string): void => reject(new KitError('client_failed', `${method}: ${why}.`));
    const abort = (): void => giveUp('the call was cancelled before the client answered');
    const timer = setTimeout(
      () => giveUp(`the client did not answer within ${ANSWER_MS / 1000} s`),
      ANSWER_MS,
    );
    signal.addEventListener('abort', abort);
    this.#waiting.set(id, { resolve, reject });
    try {
      if (signal.aborted) abort();
      else if (this.#closed) giveUp('the connection of the client is closed');
      else send(JSON.stringify({ jsonrpc: '2.0', id, method, ...(params && { params }) }));
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      this.#waiting.delete(id);
    }
  }

  /** Whether the client still answers. */
  ping(signal: AbortSignal): Promise<boolean> {
    return this.ask('ping', undefined, this.send, signal).then(
      () => true,
      () => false,
    );
  }

  /** Hands an answer to the question it belongs to; one to no question of ours is dropped. */
  settle({ id, result, error }: RpcResponse): void {
    const waiting = this.#waiting.get(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new KitError('client_failed', `The client refused: ${error.message}`));
  }

  /** Aborts what is under way and fails what waits for an answer. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { abort } of this.#running.values()) abort();
    for (const { reject } of this.#waiting.values()) {
      reject(new KitError('client_failed', 'The connection of the client is closed.'));
    }
    this.#onClose();
  }

  get closed(): boolean {
    return this.#closed;
  }
}
