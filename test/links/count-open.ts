import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What clients hold open at HTTP servers: answers that have not ended, such as event streams, and upgraded sockets. */
export interface OpenCount {
  readonly count: number;
  watch(servers: readonly Server[]): void;
}

export function createOpenCount(): OpenCount {
  const open = new Set<ServerResponse | Socket>();
  const note = (held: ServerResponse | Socket): void => {
    open.add(held);
    held.once('close', () => open.delete(held));
  };
  return {
    get count() {
      return open.size;
    },
    watch(servers) {
      for (const server of servers) {
        server.on('request', (_request, response: ServerResponse) => note(response));
        server.on('upgrade', (_request, socket: Socket) => note(socket));
      }
    },
  };
}
