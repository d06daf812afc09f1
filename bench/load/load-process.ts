// The load's own process: it does one job after another, told over the IPC channel, so that it stays warm.
import { loadHttp, type HttpTarget, type LoadFigures } from './http-load.ts';
import { openStdioServer, type StdioServer } from './stdio-load.ts';
import type { PinnedCommand } from '../process-pinning.ts';

/** Jobs this process does; stdio servers are its children, because whoever loads them must hold their pipes. */
export type LoadJob =
  | { readonly kind: 'http'; readonly target: HttpTarget; readonly durationMs: number }
  | {
      readonly kind: 'open-stdio';
      readonly name: string;
      readonly command: PinnedCommand;
      readonly opening: readonly string[];
    }
  | {
      readonly kind: 'stdio';
      readonly name: string;
      readonly line: string;
      readonly inFlight: number;
      readonly durationMs: number;
    };

export type LoadAnswer =
  | { readonly kind: 'figures'; readonly figures: LoadFigures }
  | { readonly kind: 'opened'; readonly pid: number }
  | { readonly kind: 'failed'; readonly message: string };

const servers = new Map<string, StdioServer>();

async function doJob(job: LoadJob): Promise<LoadAnswer> {
  if (job.kind === 'http') return { kind: 'figures', figures: await loadHttp(job.target, job.durationMs) };
  if (job.kind === 'open-stdio') {
    const server = openStdioServer(job.command, job.opening);
    servers.set(job.name, server);
    return { kind: 'opened', pid: server.pid };
  }
  const server = servers.get(job.name);
  if (server === undefined) throw new Error(`No server over stdio is named ${job.name}.`);
  return { kind: 'figures', figures: await server.load(job.line, job.inFlight, job.durationMs) };
}

process.on('message', (job: LoadJob) => {
  void doJob(job)
    .catch((error: unknown): LoadAnswer => ({ kind: 'failed', message: String(error) }))
    .then(answer => process.send?.(answer));
});
process.on('disconnect', () => {
  void Promise.all([...servers.values()].map(server => server.close())).then(() => process.exit(0));
});
