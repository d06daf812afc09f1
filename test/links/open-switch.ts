import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** One address before servers that change: connections can be cut, or fall silent without ending. */
export interface Switch {
  readonly port: number;
  /** Connections from now on go to this port; those there are end. */
  to(port: number): void;
  /** Ends every connection and takes no new one, until `mend`. Resolves when all are gone. */
  cut(): Promise<void>;
  mend(): void;
  /** Nothing passes any more, and nothing ends, until `thaw`. New connections stay silent as well. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

export async function openSwitch(first: number): Promise<Switch> {
  const open = new Set<Socket>();
  let target = first;
  let isFrozen = false;
  let isWhole = true;
  const server = createServer(from => {
    if (!isWhole) return void from.destroy();
    const to = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(socket);
      socket.on('data', chunk => void (isFrozen || other.write(chunk)));
      socket.on('end', () => other.end());
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endAll = async (): Promise<void> => {
    const ends = [...open].map(socket => once(socket, 'close'));
    for (const socket of open) socket.destroy();
    await Promise.all(ends);
  };
  return {
    port: (server.address() as AddressInfo).port,
    to(port) {
      target = port;
      void endAll();
    },
    cut() {
      isWhole = false;
      return endAll();
    },
    mend() {
      isWhole = true;
    },
    freeze() {
      isFrozen = true;
    },
    thaw() {
      isFrozen = false;
      void endAll();
    },
    async close() {
      await endAll();
      server.close();
      await once(server, 'close');
    },
  };
}
