import { createGuards, createMcpServer, serveHttp, type HttpServing, type Log } from '@tramontane/mcp-server';
import type { Worker } from '@tramontane/mcp-server/workers';
import { createLimits } from '@tramontane/guards/limits';
import { createMetrics } from '@tramontane/guards/metrics';
import { CompanyError } from './company-error.ts';
import { openDatabases } from './open-databases.ts';
import { createResources } from './resources.ts';
import type { CompanySettings } from './settings.ts';
import { createTools } from './tools.ts';

export interface Company {
  /** As in `http://127.0.0.1:8000`; MCP is at `/mcp` below it. */
  url: string;
  /** Lets calls in flight end, then leaves the database. */
  close(): Promise<void>;
}

/** Starts the company's server. Throws {@link CompanyError}, or the error of the embedded database. */
export async function startCompany(
  options: CompanySettings & {
    /** Where several processes serve on one port. */
    worker?: Worker;
    signal?: AbortSignal;
    onProgress?: (sentence: string) => void;
    /** Warnings and errors go to stderr unless given. */
    log?: Log;
  },
): Promise<Company> {
  const { host, port, docs, worker, rateLimit, metricsToken } = options;
  const databases = await openDatabases(options.database, {
    signal: options.signal,
    onProgress: options.onProgress,
    log: options.log,
  });
  const guards = createGuards({
    ...options.guards,
    limits: createLimits({
      perCaller: rateLimit,
      wrongCredentials: '30/minute',
      ...(worker && { store: worker.rateStore }),
    }),
    health: { checks: { database: () => databases.owner.query('SELECT 1') } },
    metrics: createMetrics({
      ...(metricsToken !== undefined && { token: metricsToken }),
      ...(worker && { gather: worker.gatherMetrics }),
    }),
  });
  try {
    const server = createMcpServer({
      name: 'company',
      version: '1.0.0',
      title: 'The company',
      instructions:
        'Customers, products and orders of a small company. Look things up with database_query before you notify anybody or open a ticket.',
      tools: createTools(databases),
      resources: createResources(databases.sql),
      ...(worker && { worker }),
      ...(options.log && { log: options.log }),
    });
    const serving = await listen(() => serveHttp(server, { host, port, docs, guards }), port);
    let closed: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      await serving.close();
      await guards.close();
      await databases.close();
    };
    return { url: serving.url, close: () => (closed ??= close()) };
  } catch (error) {
    await databases.close();
    throw error;
  }
}

async function listen(open: () => Promise<HttpServing>, port: number): Promise<HttpServing> {
  try {
    return await open();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new CompanyError(
        'port_in_use',
        `Port ${port} is in use by another program. Stop it, or set PORT to a free one.`,
        { cause: error },
      );
    }
    if (code === 'EACCES') {
      throw new CompanyError(
        'bad_setting',
        `Port ${port} is reserved for root. Set PORT to one above 1023.`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}
