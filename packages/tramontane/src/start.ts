import { readConfig, startServer, type Config, type RunningServer } from '@tramontane/agents';
import { openCompanyProcess, type CompanyProcess } from './company-process.ts';
import { readCompanyToken } from './company-token.ts';
import { reportDemo } from './demo-report.ts';
import { DEMO_QUESTION, runDemo } from './demo.ts';
import { findPort, isFree } from './free-port.ts';
import { printNextSteps } from './next-steps.ts';
import { toTime, type Screen } from './screen.ts';
import { StartError } from './start-error.ts';
import type { StopSignals } from './stop-signals.ts';

const COMPANY_HOST = '127.0.0.1';
const COMPANY_PORT = 8000;

export interface StartOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly demo: boolean;
  readonly screen: Screen;
  readonly stop: StopSignals;
}

/**
 * Starts the Agents API (and the demo), serves until a signal comes, and stops again.
 * Throws ConfigError, StartError, or what the server's parts throw, after everything that ran has been closed.
 */
export async function start(options: StartOptions): Promise<void> {
  const { screen, stop } = options;
  const config = readConfig(options.environment);
  await checkPort(config);
  const port = options.demo ? await findCompanyPort(screen) : undefined;
  // Both at once: each takes a second or so, mostly for loading its code.
  const [server, example] = await Promise.allSettled([
    openServer(config, port, screen),
    port === undefined ? undefined : openExample(port, config, options),
  ]);
  try {
    if (server.status === 'rejected') throw server.reason;
    if (!stop.signal.aborted) await present(server.value, example, options);
    if (!stop.signal.aborted) screen.line(`\nready ${server.value.url}`);
    await stop.first;
    screen.line('\nStopping: what is in flight is finished first. Press Ctrl-C again to stop at once.');
  } finally {
    // The server first: its runs may still be calling the example's tools.
    if (server.status === 'fulfilled') await server.value.close();
    if (example.status === 'fulfilled') await example.value?.process.close();
  }
  screen.line('Stopped. Agents and conversations are kept for the next start.');
}

// Asked before anything is started: otherwise a second start would bring up a database only to take it down again.
async function checkPort({ host, port }: Config): Promise<void> {
  if (port === 0 || (await isFree(host, port))) return;
  throw new StartError(
    'port_in_use',
    `Port ${port} on ${host} is in use, perhaps by another tramontane. Stop that program, or choose another port: TRAMONTANE_PORT=${port + 1} npm start`,
  );
}

async function findCompanyPort(screen: Screen): Promise<number> {
  const port = await findPort(COMPANY_HOST, COMPANY_PORT);
  if (port !== COMPANY_PORT)
    screen.step(`Port ${COMPANY_PORT} is in use: the example server takes ${port} instead.`);
  return port;
}

async function openServer(
  config: Config,
  examplePort: number | undefined,
  screen: Screen,
): Promise<RunningServer> {
  const began = performance.now();
  const server = await startServer(config, {
    onProgress: sentence => screen.step(sentence),
    // The example's address and no other on this machine.
    extraAllowedOrigins: examplePort === undefined ? [] : [`${COMPANY_HOST}:${examplePort}`],
  });
  screen.step(
    `Agents API at ${server.url}, data in ${server.databaseLocation} (${toTime(performance.now() - began)})`,
  );
  return server;
}

interface Example {
  readonly process: CompanyProcess;
  readonly token: string;
}

async function openExample(
  port: number,
  config: Config,
  { environment, screen, stop }: StartOptions,
): Promise<Example> {
  const began = performance.now();
  screen.step('Starting the example company MCP server');
  const token = await readCompanyToken(environment, config.dataFolder);
  const process = await openCompanyProcess({
    port,
    token,
    dataFolder: config.dataFolder,
    environment,
    signal: stop.signal,
  });
  screen.step(`Example company MCP server at ${process.url} (${toTime(performance.now() - began)})`);
  return { process, token };
}

// A demo that fails is told and leaves the server serving.
async function present(
  server: RunningServer,
  example: PromiseSettledResult<Example | undefined>,
  { screen, stop, demo }: StartOptions,
): Promise<void> {
  let agentId: string | undefined;
  try {
    if (example.status === 'rejected') throw example.reason;
    if (example.value !== undefined) {
      const { url } = example.value.process;
      const company = { url, token: example.value.token };
      const result = await runDemo({
        url: server.url,
        key: server.apiKey.first,
        company,
        signal: stop.signal,
      });
      agentId = result.agent.id;
      reportDemo(screen, result);
    }
  } catch (error) {
    if (stop.signal.aborted) return;
    const why =
      error instanceof StartError ? error.message : String(error instanceof Error ? error.stack : error);
    screen.problem(`\nThe demo conversation did not work; the server keeps serving.\n${why}`);
  }
  printNextSteps(screen, { url: server.url, apiKey: server.apiKey, agentId, question: DEMO_QUESTION });
  if (!demo) screen.line('\nNo demo was asked for: only the Agents API runs.');
}
