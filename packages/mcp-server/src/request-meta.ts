import type { Caller, Visit } from '@tramontane/guards';
import type { Session } from './engine/session.ts';

/** What the way in (HTTP, or another transport) knows of a request beside its message. */
export interface RequestMeta {
  /** Aborts when the caller went away or the server stops. */
  readonly signal: AbortSignal;
  /** Whether it has aborted; given where `signal` is made only when somebody asks for it. */
  readonly aborted?: boolean;
  readonly requestId: string;
  readonly auth?: Caller;
  /** The request it came with, of which guards know; of a connection that carries many, the one that opened it. */
  readonly visit?: Visit;
  /** Looks a header up by its lower-case name; absent on transports without headers, which turns their checks off. */
  readonly header?: (name: string) => string | undefined;
  /**
   * Sends one JSON-RPC message on the stream that belongs to this request, before its reply. HTTP turns its answer
   * into an event stream at the first one. Absent where nothing but a reply can be sent.
   */
  readonly notify?: (json: string) => void;
  /** The connection the request came over, made by `Engine.openSession`; absent when every request stands alone. */
  readonly session?: Session;
  /** Aborts when the transport begins to close: streams that wait for events end with a reply, calls go on. */
  readonly ending?: AbortSignal;
  /** Ends the caller's connection, not its request; the answer waits for it to come back (2025-11-25, resumability). */
  readonly closeStream?: () => void;
}
