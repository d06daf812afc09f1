import type { WebSocket } from 'ws';
import type { Visit } from '@tramontane/guards';
import { openMessageConnection } from '../duplex/message-connection.ts';
import type { McpServer } from '../server.ts';

export interface OpenSocketOptions {
  readonly visit: Visit;
  readonly maxPending: number | undefined;
  readonly idleMs: number;
  readonly pingMs: number;
  readonly onClosed: () => void;
}

/** One client over WebSocket. */
export interface OpenSocket {
  /** Lets calls in flight finish, `drainMs` at most, and closes. */
  end(drainMs: number): Promise<void>;
}

/** Of answers waiting for a client that does not read; beyond it, it will not. */
const MAX_QUEUED = 16 * 1024 * 1024;
/** For the peer to answer a close; then the connection is cut. */
const CLOSE_MS = 1000;

/** Close codes of RFC 6455, section 7.4.1. */
const CLOSE = { idle: 1000, goingAway: 1001, unsupportedData: 1003, tooSlow: 1008 } as const;

export function openSocket(socket: WebSocket, server: McpServer, options: OpenSocketOptions): OpenSocket {
  const { visit, maxPending, idleMs, pingMs } = options;
  const gone = Promise.withResolvers<void>();
  let answeredPing = true;

  const close = (code: number, reason: string): void => {
    socket.close(code, reason);
    setTimeout(() => socket.terminate(), CLOSE_MS).unref();
  };
  const connection = openMessageConnection(server, {
    send: json => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(json, noteError);
      if (socket.bufferedAmount > MAX_QUEUED) {
        connection.close();
        close(CLOSE.tooSlow, 'Answers are not read.');
      }
    },
    idleMs,
    onIdle: () => close(CLOSE.idle, 'Idle for too long.'),
    visit,
    ...(maxPending !== undefined && { maxPending }),
  });
  const pinging = setInterval(() => {
    if (!answeredPing) return socket.terminate();
    answeredPing = false;
    socket.ping(noteError);
  }, pingMs).unref();

  socket.on('message', (data, isBinary) => {
    if (isBinary) return close(CLOSE.unsupportedData, 'Send messages as text.');
    connection.receive(toText(data));
  });
  socket.on('pong', () => {
    answeredPing = true;
  });
  // What is wrong with a frame ws answers itself, with a close code; it still wants a listener.
  socket.on('error', error => server.log.debug({ err: error }, 'A WebSocket connection failed.'));
  socket.on('close', () => {
    clearInterval(pinging);
    connection.close();
    gone.resolve();
    options.onClosed();
  });
  return {
    end: async drainMs => {
      await connection.drain(drainMs);
      connection.close();
      close(CLOSE.goingAway, 'The server stops.');
      await gone.promise;
    },
  };
}

function toText(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}

/** The close event follows; without a callback ws would throw into whoever sends. */
function noteError(): void {}
