import { EmbeddedPostgresError } from '@tramontane/agents/embedded';
import { KitError } from '@tramontane/mcp-server';
import { parseWorkerCount, runWorkers } from '@tramontane/mcp-server/workers';
import { CompanyError, parseSettings, startCompany } from './index.ts';

const say = (sentence: string): void => void process.stdout.write(`${sentence}\n`);
const stop = new AbortController();

process.on('SIGHUP', () => stop.abort());
// Without a listener, writing to a closed terminal or pipe would end the process and leave the database behind.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') stop.abort();
  });
}

try {
  const settings = parseSettings(process.env);
  await runWorkers(
    {
      count: parseWorkerCount(process.argv, process.env),
      signal: stop.signal,
      onReady: url => {
        say(`MCP at ${url}/mcp, tools over plain HTTP at ${url}/mcp/v1/tools`);
        say(`ready ${url}`);
      },
    },
    async worker =>
      startCompany({
        ...settings,
        worker,
        signal: worker.signal,
        // All of them open the same database.
        ...(worker.id === 1 && { onProgress: say }),
      }),
  );
} catch (error) {
  const known =
    error instanceof CompanyError || error instanceof EmbeddedPostgresError || error instanceof KitError;
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
