import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('serving.test-program.ts', import.meta.url));
/** Nothing of these tests waits for as long; whoever does has found a call that hangs. */
const LIMIT_MS = 25_000;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** The program with its workers, and a client that uses each connection once, so that requests reach all of them. */
export interface RunningWorkers {
  readonly url: string;
  readonly child: ChildProcess;
  readonly exited: Promise<unknown[]>;
  readonly send: (path: string, init?: Sent) => Promise<Answer>;
  /** Over the REST form. */
  readonly call: (name: string, args?: object, headers?: Record<string, string>) => Promise<Answer>;
  /** Value of a metric, over all workers. */
  readonly metric: (line: string) => Promise<number | undefined>;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export function startWorkers(args: readonly string[]) {
  const child = spawn(process.execPath, ['--conditions=@tramontane/source', PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return { child, exited, errors: () => errors };
}

export async function openWorkers(args: readonly string[]) {
  const { child, exited, errors } = startWorkers(args);
  const lines = createInterface({ input: child.stdout });
  const ready = await Promise.race([once(lines, 'line'), exited.then(() => undefined)]);
  if (ready === undefined) throw new Error(`The workers ended before they were ready: ${errors()}`);
  const url = String(ready[0]).replace('ready ', '');
  const send = (path: string, init?: Sent): Promise<Answer> => sendOnce(`${url}${path}`, init);
  const running: RunningWorkers = {
    url,
    child,
    exited,
    send,
    call: (name, callArguments = {}, headers = {}) =>
      send('/mcp/v1/tools/invoke', { method: 'POST', headers, body: { name, arguments: callArguments } }),
    metric: async line => {
      const { body } = await send('/metrics');
      const found = String(body)
        .split('\n')
        .find(one => one.startsWith(`${line} `));
      return found === undefined ? undefined : Number(found.slice(line.length + 1));
    },
  };
  return running;
}

/** One request on a connection of its own. */
export async function sendOnce(
  url: string,
  { method = 'GET', headers = {}, body }: Sent = {},
): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const sent = request(url, {
    method,
    agent: false,
    signal: AbortSignal.timeout(LIMIT_MS),
    headers: {
      accept: 'application/json, text/event-stream',
      ...(text !== undefined && {
        'content-type': 'application/json',
        ...(headers['transfer-encoding'] === undefined && { 'content-length': Buffer.byteLength(text) }),
      }),
      ...headers,
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  sent.on('error', reject);
  sent.on('response', response => {
    let received = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (received += chunk));
    response.on('error', reject);
    response.on('end', () => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parse(received) });
    });
  });
  sent.end(text);
  return promise;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Which process answered the tool `pid`. */
export function toPid({ body }: Answer): number {
  return (body as { result: { pid: number } }).result.pid;
}
