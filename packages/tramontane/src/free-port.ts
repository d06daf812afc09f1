import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** True when nothing listens on the address now. Throws what the system says when it may not be listened on at all. */
export async function isFree(host: string, port: number): Promise<boolean> {
  return (await tryListen(host, port)) !== undefined;
}

/** The wished port, or another free one when something listens there. */
export async function findPort(host: string, wished: number): Promise<number> {
  return (await tryListen(host, wished)) ?? (await tryListen(host, 0)) ?? 0;
}

async function tryListen(host: string, port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  } finally {
    server.close();
  }
}
