import { EmbeddedPostgresError } from '@tramontane/agents/embedded';
import { CompanyError, parseSettings, startCompany, type Company } from './index.ts';

const say = (sentence: string): void => void process.stdout.write(`${sentence}\n`);
const stop = new AbortController();
let company: Company | undefined;
let signals = 0;

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    signals += 1;
    // The second one means: now.
    if (signals > 1) process.exit(1);
    stop.abort();
    if (company) void end(company);
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
