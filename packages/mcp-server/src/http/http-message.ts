/** A request as every kind of HTTP can show it. */
export interface HttpRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** By lower-case name; `undefined` also for one that came more than once. */
  readonly header: (name: string) => string | undefined;
  /** Address of the other end of the connection; absent where it cannot be told. */
  readonly peer?: string | undefined;
  /** A parameter of the query. */
  readonly query: (name: string) => string | undefined;
  /**
   * Reads the body as UTF-8, once; nothing of it is read before.
   *
   * @throws BodyTooLarge above `limit` bytes.
   */
  readonly readBody: (limit: number) => Promise<string>;
  /** Aborts when the caller went away or the server stops. */
  readonly signal: AbortSignal;
  /** Whether it has aborted; given where `signal` is made only when somebody asks for it. */
  readonly aborted?: boolean;
  /** For log lines, when the caller gives none of its own. */
  readonly id: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A function writes a stream: it is called once, when status and headers are on their way. */
  readonly body?: string | ((sink: StreamSink) => void);
  /** Instead of `body`: what `content-encoding` says. */
  readonly encoded?: Uint8Array;
  /** The caller's token lacks one of these, which the server says in `WWW-Authenticate`. */
  readonly scopes?: readonly string[];
  /** A text body in pieces, some of them encoded already. */
  readonly parts?: readonly (string | Uint8Array)[];
}

/** Where a streamed body goes. */
export interface StreamSink {
  write(text: string): void;
  end(): void;
  /** Cuts the connection. */
  cut(): void;
  /** Bytes that the other side has not taken yet. */
  readonly queued: () => number;
}

/** The body is larger than it may be; what is left of it is not read. */
export class BodyTooLarge extends Error {}

const JSON_HEADERS = { 'content-type': 'application/json' };

/** `body` is JSON text already. */
export function jsonText(status: number, body: string): HttpAnswer {
  return { status, headers: JSON_HEADERS, body };
}

export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(value) };
}
