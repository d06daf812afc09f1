import { EmbeddedPostgresError } from '@tramontane/agents/embedded';
import { CompanyError, parseSettings, startCompany, type Company } from './index.ts';

const say = (sentence: string): void => void process.stdout.write(`${sentence}\n`);
const stop = new AbortController();
let company: Company | undefined;
let interrupted = false;

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // Ctrl-C once more means: now. The others also come one after the other when a terminal closes.
    if (name === 'SIGINT' && interrupted) process.exit(1);
    interrupted ||= name === 'SIGINT';
    stopOnce();
  });
}
// Without a listener, writing to a closed terminal or pipe would end the process and leave the database behind.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') stopOnce();
  });
}

try {
  const started = await startCompany({ ...parseSettings(process.env), signal: stop.signal, onProgress: say });
  if (stop.signal.aborted) {
    await started.close();
  } else {
    company = started;
    say(`MCP at ${started.url}/mcp, tools over plain HTTP at ${started.url}/mcp/v1/tools`);
    say(`ready ${started.url}`);
  }
} catch (error) {
  if (!stop.signal.aborted) fail(error);
}

function stopOnce(): void {
  if (stop.signal.aborted) return;
  stop.abort();
  if (company) void end(company);
}

async function end(running: Company): Promise<void> {
  try {
    await running.close();
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  const known = error instanceof CompanyError || error instanceof EmbeddedPostgresError;
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
