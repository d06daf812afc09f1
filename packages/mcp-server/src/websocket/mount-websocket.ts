import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Arrival, Visit } from '@tramontane/guards';
import { WebSocketServer, type WebSocket } from 'ws';
import { createAdmission, type AdmissionOptions } from '../http/admission.ts';
import type { McpServer } from '../server.ts';
import { openSocket, type OpenSocket } from './open-socket.ts';
import { refuseUpgrade, type UpgradeRefusal } from './refuse-upgrade.ts';

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

interface Decision {
  readonly visit: Visit;
  readonly refusal: UpgradeRefusal | undefined;
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
  const { guards, admit } = createAdmission(options, [server]);
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
    // The peer may go away while a guard asks somebody; there is nobody to tell then.
    const onError = (): void => void raw.destroy();
    raw.on('error', onError);
    void decide(request).then(({ visit, refusal }) => {
      guards.leave(visit, refusal?.status ?? 101);
      if (refusal) return refuseUpgrade(raw, refusal);
      raw.off('error', onError);
      upgrader.handleUpgrade(request, raw, head, socket => accept(socket, visit));
    });
  };
  const decide = async (request: IncomingMessage): Promise<Decision> => {
    const visit = guards.arrive(toArrival(request, path));
    try {
      await admit(visit);
    } catch (error) {
      server.log.error({ requestId: visit.requestId, err: error }, 'A guard failed.');
      return { visit, refusal: { status: 500, detail: 'Internal server error.' } };
    }
    return { visit, refusal: visit.refusal ?? findRefusal(request) };
  };
  const findRefusal = (request: IncomingMessage): UpgradeRefusal | undefined => {
    if (!offersSubprotocol(request)) {
      return { status: 400, detail: `Offer the subprotocol "${SUBPROTOCOL}" (Sec-WebSocket-Protocol).` };
    }
    if (closing || open.size >= maxConnections) {
      return { status: 503, detail: 'The server takes no more connections now. Try again later.' };
    }
    return undefined;
  };
  const accept = (socket: WebSocket, visit: Visit): void => {
    const ended = guards.opened('websocket');
    const one = openSocket(socket, server, {
      visit,
      maxPending: options.maxPending,
      idleMs: options.idleMs ?? IDLE_MS,
      pingMs,
      onClosed: () => {
        ended();
        open.delete(one);
      },
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

function toArrival({ headers, method = 'GET', socket }: IncomingMessage, path: string): Arrival {
  return {
    method,
    path,
    header: name => {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    peer: socket.remoteAddress,
    id: randomUUID(),
  };
}

function toPath(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}

function offersSubprotocol(request: IncomingMessage): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some(name => name.trim() === SUBPROTOCOL);
}
