import { createEventStream, type EventStream } from './event-stream.ts';
import type { HttpAnswer } from './http-message.ts';

/** Messages of a stream that a client can come back for. */
const MOST_EVENTS = 1000;
const MOST_CHARS = 1024 * 1024;
/** How long a client is asked to wait before it comes back. */
const RETRY_MS = 1000;

/**
 * A stream of a 2025 session that outlives its connections: every message has an id, and a client that lost the
 * connection comes back for what it missed (2025-11-25, basic/transports, "Resumability and Redelivery"). What is kept
 * is bounded; the oldest goes first.
 */
export class ResumableStream {
  readonly name: string;
  readonly #primed: boolean;
  readonly #kept: { readonly seq: number; readonly json: string }[] = [];
  #chars = 0;
  #seq = 0;
  #connection: EventStream | undefined;
  #ended = false;

  /** @param primed begins each connection with an empty event that has an id. Clients of before 2025-11-25 choke on it. */
  constructor(name: string, primed: boolean) {
    this.name = name;
    this.#primed = primed;
  }

  get connected(): boolean {
    return this.#connection !== undefined && !this.#connection.ended;
  }

  /** Characters kept for who comes back. */
  get size(): number {
    return this.#chars;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** A connection for what comes after event `seq`, until `gone`; one that is open already is given up for it. */
  connect(seq: number, gone: AbortSignal): HttpAnswer {
    this.disconnect();
    const connection = createEventStream();
    gone.addEventListener('abort', () => connection.end());
    if (gone.aborted) connection.end();
    this.#connection = connection;
    if (this.#primed) connection.prime(this.#toId(Math.max(seq, 0)), RETRY_MS);
    for (const event of this.#kept) {
      if (event.seq > seq) connection.send(event.json, this.#toId(event.seq));
    }
    if (this.#ended) connection.end();
    return connection.answer;
  }

  send(json: string): void {
    if (this.#ended) return;
    this.#seq += 1;
    this.#kept.push({ seq: this.#seq, json });
    this.#chars += json.length;
    // The newest stays whatever its size: it may be the answer itself.
    while (this.#kept.length > MOST_EVENTS || (this.#chars > MOST_CHARS && this.#kept.length > 1)) {
      this.#chars -= this.#kept.shift()?.json.length ?? 0;
    }
    this.#connection?.send(json, this.#toId(this.#seq));
  }

  /** Closes the connection only: the client is expected back. */
  disconnect(): void {
    this.#connection?.end();
    this.#connection = undefined;
  }

  /** Nothing more will come. */
  end(): void {
    this.#ended = true;
    this.disconnect();
  }

  #toId(seq: number): string {
    return `${this.name}.${seq}`;
  }
}

/** Reads `Last-Event-ID`. */
export function parseEventId(id: string): { readonly name: string; readonly seq: number } | undefined {
  const [, name, seq] = /^(\w+)\.(\d{1,15})$/.exec(id) ?? [];
  return name === undefined ? undefined : { name, seq: Number(seq) };
}
