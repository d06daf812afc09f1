import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { createAdmission, type AdmissionOptions } from '../http/admission.ts';
import type { McpServer } from '../server.ts';
import { openSocket, type OpenSocket } from './open-socket.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

export interface WebSocketOptions extends AdmissionOptions {
  /** Where upgrades are taken; `/mcp` unless given. Others are left to whoever else listens. */
  readonly path?: string;
  /** Bytes of one message; 4 MiB unless given. A longer one closes the connection with 1009. */
  readonly maxMessageBytes?: number;
  /** Requests in flight on one connection; one more is refused. 1,000 unless given. */
  readonly maxPending?: number;
  /** Connections at once; one more is answered 503. 1,000 unless given. */
  readonly maxConnections?: number;
  /** Milliseconds without a message or a request in flight until the connection is closed; 30 minutes unless given. */
  readonly idleMs?: number;
  /** Milliseconds between pings; a connection that leaves one unanswered is cut. 30,000 unless given. */
  readonly pingMs?: number;
  /** Milliseconds that calls in flight get on `close()`; 10,000 unless given. */
  readonly drainMs?: number;
}

export interface WebSocketMount {
  /** Takes no more connections, lets calls in flight finish, closes with 1001 (going away). */
  close(): Promise<void>;
}

const SUBPROTOCOL = 'mcp';
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const MAX_CONNECTIONS = 1000;
const IDLE_MS = 30 * 60_000;
const PING_MS = 30_000;
const DRAIN_MS = 10_000;

/**
 * Serves MCP over WebSocket on HTTP servers that are there already: subprotocol `mcp`, one JSON-RPC message a text
 * frame, both eras. A transport of the kit's own, as the specification allows ("Custom Transports"); the official 1.x
 * client has its other end. Host, Origin and bearer token are checked as over HTTP, before the upgrade.
 */
export function mountWebSocket(
  servers: Server | readonly Server[],
  server: McpServer,
  options: WebSocketOptions = {},
): WebSocketMount {
  const { path = '/mcp', maxConnections = MAX_CONNECTIONS, pingMs = PING_MS } = options;
  const admit = createAdmission(options);
  const open = new Set<OpenSocket>();
  let closing: Promise<void> | undefined;
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    // A connection that asks for compression costs 300 kB; messages are small and the peer is near.
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });

  const onUpgrade = (request: IncomingMessage, raw: Duplex, head: Buffer): void => {
    if (toPath(request.url) !== path) return;
    const { host, origin, authorization } = request.headers;
    const admitted = admit({ host, origin, authorization });
    if (!admitted.ok) return refuseUpgrade(raw, admitted.status, admitted.detail, admitted.challenge);
    if (!offersSubprotocol(request)) {
      return refuseUpgrade(raw, 400, `Offer the subprotocol "${SUBPROTOCOL}" (Sec-WebSocket-Protocol).`);
    }
    if (closing || open.size >= maxConnections) {
      return refuseUpgrade(raw, 503, 'The server takes no more connections now. Try again later.');
    }
    upgrader.handleUpgrade(request, raw, head, socket => accept(socket, admitted.auth));
  };
  const accept = (socket: WebSocket, auth: OpenSocket['auth']): void => {
    const one = openSocket(socket, server, {
      auth,
      maxPending: options.maxPending,
      idleMs: options.idleMs ?? IDLE_MS,
      pingMs,
      onClosed: () => open.delete(one),
    });
    open.add(one);
  };

  const listening = [servers].flat();
  for (const one of listening) one.on('upgrade', onUpgrade);
  const end = async (): Promise<void> => {
    for (const one of listening) one.off('upgrade', onUpgrade);
    await Promise.all([...open].map(socket => socket.end(options.drainMs ?? DRAIN_MS)));
    upgrader.close();
  };
  return { close: () => (closing ??= end()) };
}

function toPath(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}

function offersSubprotocol(request: IncomingMessage): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some(name => name.trim() === SUBPROTOCOL);
}
