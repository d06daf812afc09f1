import type { Caller } from './caller.ts';
import type { CallGuard } from './guard.ts';
import { isPlainRequestId } from './request-id.ts';

/** Looks a header up by its lower-case name; `undefined` also for one that came more than once. */
export type HeaderLookup = (name: string) => string | undefined;

/** A request as it arrives: nothing of its body has been read. */
export interface Arrival {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly header: HeaderLookup;
  /** Of the other end of the connection, which may be a proxy; absent where the transport cannot tell. */
  readonly peer?: string | undefined;
  /** Nobody but whoever started this process is at the other end, as on stdio: they may do everything. */
  readonly local?: boolean;
  /** For log lines, when the caller gives none of its own. */
  readonly id: string;
}

/** Why a request goes no further. */
export interface Refusal {
  readonly status: number;
  /** A sentence for the caller: what was refused, and what to do. */
  readonly detail: string;
  /** Which section refused, for logs and metrics. */
  readonly by: RefusedBy;
  readonly headers?: Readonly<Record<string, string>>;
}

export type RefusedBy = 'network' | 'origin' | 'auth' | 'overload' | 'limits' | 'closing';

/** How an IPv4 peer looks on a socket that listens to both. */
const MAPPED = '::ffff:';

/** One request on its way through the guards: what is known of it, and what was decided. */
export class Visit {
  readonly method: string;
  readonly path: string;
  readonly header: HeaderLookup;
  readonly peer: string | undefined;
  readonly local: boolean;
  /** The caller's `X-Request-ID` if it is a plain one. */
  readonly requestId: string;
  /** `performance.now()` when it arrived. */
  readonly arrived: number = performance.now();
  /** Of the client, told by trusted proxies if there are any; else the same as `peer`. */
  address: string | undefined;
  /** Once a guard knows. */
  caller: Caller | undefined;
  refusal: Refusal | undefined;
  /** Taken from the limits of requests, and no call has come of it yet. */
  counted = false;
  /** What goes around the calls that this request makes. */
  readonly call: CallGuard | undefined;

  constructor({ method, path, header, peer, local = false, id }: Arrival, call?: CallGuard) {
    this.call = call;
    this.method = method;
    this.path = path;
    this.header = header;
    this.peer = peer;
    this.local = local;
    this.address = peer?.startsWith(MAPPED) ? peer.slice(MAPPED.length) : peer;
    const given = header('x-request-id');
    this.requestId = isPlainRequestId(given) ? given : id;
  }
}
