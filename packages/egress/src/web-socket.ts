import { type Agent, WebSocket as UndiciWebSocket } from 'undici';
import { noticeStart } from './connections.ts';
import { EgressError } from './egress-error.ts';
import { openExchange } from './exchange.ts';
import { parseTargetUrl } from './target-url.ts';

export interface WebSocketInit {
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
  /** Ends the opening; an open socket is closed by `close`. */
  readonly signal?: AbortSignal;
  /** Milliseconds for the opening. Default 30,000. */
  readonly timeoutMs?: number;
}

/** An open WebSocket. Text only: a binary message closes it. */
export interface GuardedWebSocket {
  /** The subprotocol that the server chose, or an empty text. */
  readonly protocol: string;
  /** @throws EgressError `unreachable` when the socket is not open any more */
  send(text: string): void;
  /** Called for each text message. One listener; messages before it is set are kept for it. */
  onMessage(listener: (text: string) => void): void;
  /** Resolves with the reason when the socket is closed, whoever closed it. Never rejects. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(): void;
}

const DEFAULT_OPENING_MS = 30_000;
const UNSUPPORTED_DATA = 1003;
/** Of an answer that refuses the opening: what the next try needs to know. */
const TOLD_HEADERS = ['www-authenticate', 'dpop-nonce', 'retry-after'];

/**
 * A WebSocket to a checked address, like `fetch`: resolved once, refused ranges refused, redirects not followed.
 * A handshake that is answered with another status than 101 is `unreachable` with that status in `data`.
 * @throws EgressError; an abort rejects with the signal's reason
 */
export async function openWebSocket(
  agent: Agent,
  input: string | URL,
  init: WebSocketInit = {},
): Promise<GuardedWebSocket> {
  const { url, host } = parseTargetUrl(toHttp(input));
  const exchange = openExchange(host, init.timeoutMs ?? DEFAULT_OPENING_MS, init.signal);
  exchange.signal.throwIfAborted();
  let status: number | undefined;
  let said: Record<string, string> = {};
  // The event of the socket says nothing but that something failed.
  let failure: unknown;
  const address = new URL(url);
  // Never sent, and a WebSocket takes none.
  address.hash = '';
  address.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new UndiciWebSocket(address, {
    protocols: [...(init.protocols ?? [])],
    headers: { ...init.headers },
    dispatcher: noticeStart(agent, exchange.started, {
      onAnswer: (seen, headers) => {
        status = seen;
        said = Object.fromEntries(
          TOLD_HEADERS.flatMap(name => {
            const value = headers[name];
            return value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]];
          }),
        );
      },
      onError: error => {
        failure = error;
      },
    }),
  });
  const kept: string[] = [];
  let listener: ((text: string) => void) | undefined;
  socket.addEventListener('message', ({ data }: { data: unknown }) => {
    if (typeof data !== 'string') socket.close(UNSUPPORTED_DATA, 'text only');
    else if (listener === undefined) kept.push(data);
    else listener(data);
  });
  const end = Promise.withResolvers<{ code: number; reason: string }>();
  socket.addEventListener('close', ({ code, reason }) => end.resolve({ code, reason }));
  try {
    await opened(socket, exchange.signal);
  } catch (cause) {
    const error = exchange.toError(failure ?? cause);
    socket.close();
    exchange.abandon();
    if (init.signal?.aborted === true || status === undefined || status === 101) throw error;
    throw new EgressError(
      'unreachable',
      `${host} answered the opening of a WebSocket with HTTP ${status}.`,
      { host, sent: true, status, headers: said },
      cause,
    );
  }
  exchange.settled();
  return {
    protocol: socket.protocol,
    send(text) {
      if (socket.readyState !== UndiciWebSocket.OPEN)
        throw new EgressError('unreachable', `The WebSocket to ${host} is closed.`, { host, sent: false });
      socket.send(text);
    },
    onMessage(next) {
      listener = next;
      for (const text of kept.splice(0)) next(text);
    },
    closed: end.promise,
    close: () => socket.close(),
  };
}

function opened(socket: UndiciWebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    socket.addEventListener('open', () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    // The error comes first and carries the cause; a close alone says nothing.
    socket.addEventListener('error', ({ error }: { error: Error }) => {
      signal.removeEventListener('abort', abort);
      reject(error);
    });
  });
}

/** The checks and their messages are those of `fetch`. @throws EgressError `invalid_url` */
function toHttp(input: string | URL): string | URL {
  if (!URL.canParse(String(input))) return input;
  const url = new URL(String(input));
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:')
    throw new EgressError(
      'invalid_url',
      `A WebSocket's address begins with wss:// or ws://, not ${url.protocol}//.`,
      {
        host: url.hostname,
      },
    );
  return `${url.protocol === 'wss:' ? 'https:' : 'http:'}${url.href.slice(url.protocol.length)}`;
}
