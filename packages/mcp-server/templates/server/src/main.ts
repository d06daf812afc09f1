import { access } from 'node:fs/promises';
import { createGuards, parseGuardSettings, serveHttp, serveStdio } from '@tramontane/mcp-server';
import { parseWorkerCount, runWorkers, type Worker } from '@tramontane/mcp-server/workers';
import { createLimits } from '@tramontane/guards/limits';
import { createMetrics } from '@tramontane/guards/metrics';
import { createServer } from './server.ts';

const { HOST = '127.0.0.1', PORT = '8000', DOCS_FOLDER = 'docs', ENV, METRICS_TOKEN } = process.env;
const { RATE_LIMIT = '600/minute' } = process.env;

if (process.argv.includes('--stdio')) {
  serveStdio(createServer(DOCS_FOLDER));
} else {
  await runWorkers(
    {
      count: parseWorkerCount(process.argv, process.env),
      onReady: url => process.stdout.write(`ready ${url}\n`),
    },
    serve,
  );
}

/** One process on the port; there may be several. */
async function serve(worker: Worker) {
  const settings = parseGuardSettings(process.env);
  if (!settings.auth && HOST !== '127.0.0.1') {
    throw new Error(
      `Everyone who reaches ${HOST} could call the tools. Set MCP_SECRET_TOKEN, or leave HOST out.`,
    );
  }
  const guards = createGuards({
    ...settings,
    limits: createLimits({
      perCaller: RATE_LIMIT,
      wrongCredentials: '30/minute',
      store: worker.rateStore,
    }),
    health: { checks: { documents: () => access(DOCS_FOLDER).then(() => true) } },
    metrics: createMetrics({
      gather: worker.gatherMetrics,
      ...(METRICS_TOKEN && { token: METRICS_TOKEN }),
    }),
  });
  const serving = await serveHttp(createServer(DOCS_FOLDER, worker), {
    host: HOST,
    port: Number(PORT),
    docs: ENV === 'development',
    guards,
  });
  const close = async (): Promise<void> => {
    await serving.close();
    await guards.close();
  };
  return { url: serving.url, close };
}
