import { once } from 'node:events';
import { type IncomingMessage, ServerResponse, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createMcpServer, defineTool } from '@tramontane/mcp-server';
import { mountWebSocket } from '@tramontane/mcp-server/websocket';
import { type GuardOptions, createGuard } from '@tramontane/testkit/auth-servers';
import { z } from 'zod';

/** A tool server over WebSocket with one tool, `echo`, whose opening needs an access token. */
export interface GuardedSocket {
  readonly url: string;
  /** `Authorization` of each opening, and whether it was let in. */
  readonly openings: readonly { readonly authorization: string | undefined; readonly isIn: boolean }[];
  /** Ends every open connection. */
  cut(): void;
  close(): Promise<void>;
}

export async function openGuardedSocket(guarding: GuardOptions): Promise<GuardedSocket> {
  const openings: { authorization: string | undefined; isIn: boolean }[] = [];
  const sockets = new Set<Socket>();
  const guard = createGuard(guarding);
  const echo = defineTool({
    name: 'echo',
    description: 'Says one thing.',
    input: z.object({}),
    handler: () => 'answer of echo',
  });
  // Never listens: it is given the openings that the guard let in.
  const inner = createServer();
  const mcp = createMcpServer({ name: 'socket', version: '1.0.0', design: false, tools: [echo] });
  const mount = mountWebSocket(inner, mcp, { drainMs: 100 });
  const outer = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (await guard(request, response)) response.writeHead(404).end();
    };
    answer().catch(() => response.destroy());
  });
  outer.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    response.on('finish', () => socket.end());
    const open = async (): Promise<void> => {
      const isIn = await guard(request, response);
      openings.push({ authorization: request.headers.authorization, isIn });
      if (!isIn) return;
      response.detachSocket(socket);
      inner.emit('upgrade', request, socket, head);
    };
    open().catch(() => socket.destroy());
  });
  outer.listen(0, '127.0.0.1');
  await once(outer, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `ws://127.0.0.1:${(outer.address() as AddressInfo).port}/mcp`,
    openings,
    cut,
    async close() {
      await mount.close();
      cut();
      outer.closeAllConnections();
      outer.close();
    },
  };
}
