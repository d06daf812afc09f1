import type { Engine } from '../engine/engine.ts';
import type { Session } from '../engine/session.ts';
import type { HttpAnswer } from './http-message.ts';
import { parseEventId, ResumableStream } from './resumable-stream.ts';

/** Streams that are over and whose end the client may not have seen. */
const MOST_ENDED = 32;
const MOST_ENDED_CHARS = 1024 * 1024;
const PING_MS = 30_000;
const STANDALONE = 'events';
/** The first version whose clients take an event without data. */
const PRIMED_SINCE = '2025-11-25';

/** A 2025 session over HTTP: the engine's session, and the streams on which its messages go out. */
export class HttpSession {
  readonly session: Session;
  /** Whose session it is; an id alone opens nothing (2025-11-25, security best practices, "Session Hijacking"). */
  readonly owner: string;
  readonly #stop = new AbortController();
  readonly #streams = new Map<string, ResumableStream>();
  #events: ResumableStream | undefined;
  #opened = 0;
  #running = 0;
  #seen = performance.now();

  /** @param onClose called once. */
  constructor(engine: Engine, owner: string, place?: string, onClose: () => void = () => {}) {
    this.#stop.signal.addEventListener('abort', onClose);
    this.owner = owner;
    this.session = engine.openSession({ send: json => this.#standalone().send(json), place });
  }

  /** Aborts when the session ends: a lost connection cancels nothing in this era. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Milliseconds since anything came in; 0 while a request runs. */
  get quietMs(): number {
    return this.#running > 0 ? 0 : performance.now() - this.#seen;
  }

  /**
   * Asks a client that only listens whether it is still there; one that left may have told nobody.
   * Its answer is a request like others, so the session is not quiet any more.
   */
  async isAlive(): Promise<boolean> {
    if (!this.#events?.connected) return false;
    return this.session.ping(AbortSignal.any([this.#stop.signal, AbortSignal.timeout(PING_MS)]));
  }

  begin(): void {
    this.#running += 1;
    this.#seen = performance.now();
  }

  finish(): void {
    this.#running -= 1;
    this.#seen = performance.now();
  }

  /** For the messages of one request. */
  openStream(): ResumableStream {
    const stream = new ResumableStream(`s${(this.#opened += 1)}`, this.#isPrimed());
    this.#streams.set(stream.name, stream);
    this.#forgetEnded();
    return stream;
  }

  /** `GET`: for what belongs to no request. */
  listen(gone: AbortSignal): HttpAnswer {
    this.#seen = performance.now();
    return this.#standalone().connect(-1, gone);
  }

  /** `GET` with `Last-Event-ID`. `undefined`: that event is of no stream that is still known. */
  resume(lastEventId: string, gone: AbortSignal): HttpAnswer | undefined {
    this.#seen = performance.now();
    const event = parseEventId(lastEventId);
    const stream = event && this.#streams.get(event.name);
    return stream?.connect(event?.seq ?? 0, gone);
  }

  /** Ends what only waits for events; requests go on. */
  endEvents(): void {
    this.#events?.end();
  }

  close(): void {
    this.#stop.abort();
    this.session.close();
    for (const stream of this.#streams.values()) stream.end();
  }

  #isPrimed(): boolean {
    return (this.session.protocolVersion ?? '') >= PRIMED_SINCE;
  }

  #standalone(): ResumableStream {
    if (this.#events === undefined) {
      this.#events = new ResumableStream(STANDALONE, this.#isPrimed());
      this.#streams.set(STANDALONE, this.#events);
    }
    return this.#events;
  }

  #forgetEnded(): void {
    let count = 0;
    let chars = 0;
    for (const { name, ended, size } of [...this.#streams.values()].reverse()) {
      if (!ended) continue;
      count += 1;
      chars += size;
      if (count > MOST_ENDED || chars > MOST_ENDED_CHARS) this.#streams.delete(name);
    }
  }
}
