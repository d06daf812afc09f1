import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a PostgreSQL that can be cut and mended, as a network can. */
export interface DatabaseProxy {
  readonly url: string;
  /** Ends every connection and takes no new one. */
  cut(): void;
  /** Lets questions through and takes no new connection; the first answer ends its connection instead of arriving. */
  loseAnswers(): void;
  mend(): void;
  close(): Promise<void>;
}

/** @param target A postgresql:// URL, with a host and port or with the folder of a socket as `?host=`. */
export async function openDatabaseProxy(target: string): Promise<DatabaseProxy> {
  const url = new URL(target);
  const folder = url.searchParams.get('host');
  const open = new Set<Socket>();
  let whole = true;
  let losing = false;
  const server = createServer(from => {
    if (!whole) return void from.destroy();
    const to =
      folder === null
        ? connect(Number(url.port || 5432), url.hostname)
        : connect(`${folder}/.s.PGSQL.${url.searchParams.get('port') ?? (url.port || 5432)}`);
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(socket);
      socket.on('data', bytes => {
        if (losing && socket === to) socket.destroy();
        else other.write(bytes);
      });
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
  const { port } = server.address() as AddressInfo;
  const own = new URL(target);
  own.search = '';
  own.hostname = '127.0.0.1';
  own.port = String(port);
  const cut = () => {
    whole = false;
    for (const socket of open) socket.destroy();
  };
  return {
    url: own.href,
    cut,
    loseAnswers: () => {
      whole = false;
      losing = true;
    },
    mend: () => {
      whole = true;
      losing = false;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
