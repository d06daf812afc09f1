import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One request, sent again and again over kept-alive connections, each with one request in flight. */
export interface HttpTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connections: number;
}

/** For what is in flight at the end of a round. */
const LIMIT_MS = 30_000;

export interface LoadFigures {
  readonly answered: number;
  readonly elapsedMs: number;
  /** CPU time of the load's own process, to see whether it was the bottleneck. */
  readonly loadCpuMs: number;
  /** The body of the last answer as text; an event stream is left as it is. */
  readonly sample: string;
}

/**
 * Loads a server for `durationMs`. Raw sockets and no parser of HTTP: a client library would cost more than the
 * servers that are measured.
 *
 * @throws Error when an answer is not 200, or a connection ends.
 */
export async function loadHttp(target: HttpTarget, durationMs: number): Promise<LoadFigures> {
  const { hostname, port, pathname } = new URL(target.url);
  const sockets = await Promise.all(
    Array.from({ length: target.connections }, async () => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      await once(socket, 'connect');
      return socket;
    }),
  );
  const request = toRequest(target, `${hostname}:${port}`, pathname);
  const run = { answered: 0, stopped: false, sample: '' };
  const started = performance.now();
  const cpu = process.cpuUsage();
  const timer = setTimeout(() => (run.stopped = true), durationMs);
  // A connection that is cut fails its exchange, and with it the round.
  const limit = setTimeout(() => sockets.forEach(socket => socket.destroy()), durationMs + LIMIT_MS);
  try {
    await Promise.all(sockets.map(socket => exchange(socket, request, run)));
    const elapsedMs = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    return { answered: run.answered, elapsedMs, loadCpuMs: (user + system) / 1000, sample: run.sample };
  } finally {
    clearTimeout(timer);
    clearTimeout(limit);
    for (const socket of sockets) socket.destroy();
  }
}

function toRequest({ headers, body }: HttpTarget, host: string, path: string): Buffer {
  const all = { host, ...headers, 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

interface Run {
  answered: number;
  stopped: boolean;
  sample: string;
}

/** Sends the request again after each answer, until the run is stopped. */
function exchange(socket: Socket, request: Buffer, run: Run): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let parts: Buffer[] = [];
  /** Bytes that the answer under way still lacks; -1 before its head is read, -2 while it comes in chunks. */
  let missing = -1;
  socket.on('error', reject).on('close', () => reject(new Error('The server closed a connection.')));
  socket.on('data', chunk => {
    parts.push(chunk);
    if (missing >= 0) missing -= chunk.length;
    if (missing === -1) {
      missing = readHead(parts.length === 1 ? chunk : Buffer.concat(parts), reject);
    }
    const complete = missing === 0 || (missing === -2 && endsChunked(chunk));
    if (!complete) return;
    run.answered += 1;
    missing = -1;
    if (run.stopped) {
      run.sample = bodyOf(Buffer.concat(parts));
      return resolve();
    }
    parts = [];
    socket.write(request);
  });
  socket.write(request);
  return promise;
}

/** @returns what is missing, as `missing` above. */
function readHead(data: Buffer, reject: (error: Error) => void): number {
  const end = data.indexOf('\r\n\r\n');
  if (end < 0) return -1;
  const head = data.toString('latin1', 0, end);
  if (!head.startsWith('HTTP/1.1 200')) {
    reject(new Error(`A server answered ${data.toString('utf8', 0, 600)}`));
  }
  const at = head.search(/content-length:/i);
  if (at < 0) return -2;
  return end + 4 + Number.parseInt(head.slice(at + 15), 10) - data.length;
}

/** One request is in flight, so nothing follows the last chunk. */
function endsChunked(data: Buffer): boolean {
  return data.length >= 5 && data.toString('latin1', data.length - 5) === '0\r\n\r\n';
}

function bodyOf(answer: Buffer): string {
  return answer.toString('utf8', answer.indexOf('\r\n\r\n') + 4);
}
