import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOpenAiServer, type Script } from '@tramontane/testkit/model-servers';
import { openChildServer, type ChildServer } from '../durability/child-server.ts';

/** The Agents API as a process of its own, on a new data folder, with a model that answers by a script. */
export interface SoakServer {
  readonly child: () => ChildServer;
  /** Stops the process and starts another one on the same data. */
  restart(): Promise<void>;
  /** Sends JSON; a status other than 2xx is an exception. */
  post(path: string, body: object): Promise<Record<string, unknown>>;
  /** Sends JSON and reads the whole stream of the answer. */
  stream(path: string, body: object): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openSoakServer(script: Script): Promise<SoakServer> {
  const opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'tramontane-soak-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  // Not 0700, as mkdtemp makes it: run by root, the database's user would be sent elsewhere.
  await chmod(folder, 0o711);
  const model = opened.adopt(await openOpenAiServer({ script }), each => each.close());
  const open = () =>
    openChildServer({
      TRAMONTANE_DATA: join(folder, 'data'),
      TRAMONTANE_API_KEYS: 'key-of-this-test',
      TRAMONTANE_SECRET_KEY: 'secret-key-of-this-test',
      TRAMONTANE_MODEL_BASE_URL: model.url,
      TRAMONTANE_ALLOW_PRIVATE_NETWORKS: 'loopback',
      TRAMONTANE_LOG: 'warn',
    });
  let child = await open();
  opened.defer(() => child.stop());
  const ask = async (path: string, body: object): Promise<string> => {
    const response = await fetch(child.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${child.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${path}: ${text}`);
    return text;
  };
  return {
    child: () => child,
    async restart() {
      await child.stop();
      child = await open();
    },
    post: async (path, body) => JSON.parse(await ask(path, body)) as Record<string, unknown>,
    stream: (path, body) => ask(path, { ...body, stream: true }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Ticks of the processor a second, as Linux counts them in /proc. */
const TICKS = 100;

/** Milliseconds that the process has spent so far, in itself and in the kernel. Linux only. */
export function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

/** The most memory that the process has had so far, in megabytes. Linux only. */
export function peakMemory(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}
