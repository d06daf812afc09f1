import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Closing does not wait for connections that were opened and never used, as browsers and pools open them: Node takes
 * them for busy until they would have had to send a request, a minute later. Nor for those that were left open for
 * further requests by an answer that began before: that was told to the client, and Node keeps to it for as long.
 */
export function closeUnusedConnections(app: FastifyInstance): void {
  const unused = new Set<Socket>();
  let closing = false;
  const drop = (socket: Socket) => {
    if (socket.bytesRead === 0) socket.destroy();
  };
  app.server.on('connection', (socket: Socket) => {
    if (closing) return drop(socket);
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  app.server.on('request', ({ socket }, response) => {
    unused.delete(socket);
    response.once('close', () => {
      // Ends when all that was said is sent.
      if (closing) socket.end();
    });
  });
  app.addHook('preClose', async () => {
    closing = true;
    for (const socket of unused) drop(socket);
  });
}
