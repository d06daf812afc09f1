import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** Lets processes work one after the other: whoever has the byte has the turn, until its connection ends. */
export async function openTurns(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const waiting: Socket[] = [];
  let current: Socket | undefined;
  const next = (): void => {
    current = waiting.shift();
    current?.write('.');
  };
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (socket === current) next();
      else if (waiting.includes(socket)) waiting.splice(waiting.indexOf(socket), 1);
    });
    waiting.push(socket);
    if (current === undefined) next();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of [current, ...waiting]) socket?.destroy();
      await closed;
    },
  };
}

/** Waits for this process's turn, which ends with the process. */
export async function takeTurn(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'data');
  socket.unref();
}
