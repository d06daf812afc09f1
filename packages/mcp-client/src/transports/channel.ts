export interface SendOptions {
  readonly signal?: AbortSignal;
  /** Told when the text leaves; until then the other side certainly saw nothing of it. */
  readonly onSent: () => void;
}

/**
 * A place where JSON-RPC messages go in and come out as texts: what HTTP+SSE, WebSocket and stdio have in common, and
 * Streamable HTTP has not. It is over when its connection is.
 */
export interface Channel {
  /** Rejects where the text did not leave or was turned away. */
  send(text: string, options: SendOptions): Promise<void>;
  /** Resolves when nothing of it is left, a child process included. */
  close(): Promise<void>;
}

export interface ChannelEvents {
  readonly onMessage: (text: string) => void;
  /** The other side ended it, or it broke. `reason` completes "<server> …". Not called after `close`. */
  readonly onLost: (reason: string) => void;
}

/** @throws ConnectionError, EgressError, or the signal's reason */
export type OpenChannel = (events: ChannelEvents, signal: AbortSignal) => Promise<Channel>;

/** Bytes of one message. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
