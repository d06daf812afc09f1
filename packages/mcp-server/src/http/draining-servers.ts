import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';

/** For a request to arrive in full; without it silent clients pile up. */
const REQUEST_MS = 60_000;
/** Between looks at who is late. */
const CHECK_MS = 10_000;
/** Longer than load balancers keep a connection, so that they never send on one that closes just then. */
const KEEP_ALIVE_MS = 72_000;
/** After the abort: time for answers to get out before connections are cut. */
const LAST_WORDS_MS = 500;
const SWEEP_MS = 20;

/** Makes the HTTP servers of an app and brings them to their end together. */
export interface DrainingServers {
  /** More than one when a name such as localhost has several addresses. */
  readonly create: (handler: RequestListener) => Server;
  readonly all: readonly Server[];
  /** Stops accepting at all of them. */
  readonly close: () => Promise<void>;
  /**
   * Calls `close`, which stops accepting, and waits for calls in flight. After `drainMs` it calls `abort` and cuts
   * what still does not end.
   */
  readonly drain: (close: () => Promise<unknown>, abort: () => void, drainMs: number) => Promise<void>;
}

/**
 * @param requestMs for a request, its headers and its body, to arrive in full; then it is answered 408.
 * @param opened told of each connection; what it returns, of its end.
 */
export function createDrainingServers(requestMs = REQUEST_MS, opened?: () => () => void): DrainingServers {
  // Importing node:http makes node load the fetch and WebSocket it exports too, a fifth of the kit's cold start.
  const { createServer } = process.getBuiltinModule('node:http');
  const servers: Server[] = [];
  return {
    all: servers,
    create: handler => {
      const limits = {
        requestTimeout: requestMs,
        headersTimeout: requestMs,
        connectionsCheckingInterval: Math.min(CHECK_MS, requestMs),
        keepAliveTimeout: KEEP_ALIVE_MS,
      };
      const server = createServer(limits, handler);
      if (opened) server.on('connection', socket => socket.once('close', opened()));
      servers.push(server);
      return server;
    },
    close: async () => {
      const listening = servers.filter(server => server.listening);
      const ends = listening.map(server => once(server, 'close'));
      for (const server of listening) server.close();
      await Promise.all(ends);
    },
    drain: async (close, abort, drainMs) => {
      const ends = servers.filter(server => server.listening).map(server => once(server, 'close'));
      const aborting = setTimeout(abort, drainMs);
      const cutting = setTimeout(
        () => servers.forEach(server => server.closeAllConnections()),
        drainMs + LAST_WORDS_MS,
      );
      // A kept-alive connection outlives its last answer, and closing waits for it as for a call in flight.
      const sweeping = setInterval(() => servers.forEach(server => server.closeIdleConnections()), SWEEP_MS);
      try {
        await Promise.all([close(), ...ends]);
      } finally {
        clearTimeout(aborting);
        clearTimeout(cutting);
        clearInterval(sweeping);
      }
    },
  };
}
