import { readConfig, startServer, type Config, type RunningServer } from '@tramontane/agents';
import { reportDemo } from './demo-report.ts';
import { DEMO_QUESTION, runDemo } from './demo.ts';
import { findExamplePlace, openExample, type Example } from './example.ts';
import { isFree } from './free-port.ts';
import { printNextSteps } from './next-steps.ts';
import { toTime, type Screen } from './screen.ts';
import { StartError } from './start-error.ts';
import type { StopSignals } from './stop-signals.ts';

/** How often the example is tried again at another place when somebody takes its port at the last moment. */
const EXAMPLE_TRIES = 3;

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
  const sayStopping = (): void =>
    screen.line('\nStopping: what is in flight is finished first. Press Ctrl-C again to stop at once.');
  stop.signal.addEventListener('abort', sayStopping, { once: true });
  try {
    const parts = await openParts(config, options);
    try {
      if (!stop.signal.aborted) await present(parts, options);
      if (!stop.signal.aborted) screen.line(`\nready ${parts.server.url}`);
      await stop.first;
    } finally {
      await closeParts(parts);
    }
  } finally {
    stop.signal.removeEventListener('abort', sayStopping);
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

interface Parts {
  readonly server: RunningServer;
  /** Undefined when no demo was asked for; otherwise the example, or why there is none. */
  readonly example: { readonly opened: Example } | { readonly failure: unknown } | undefined;
}

async function openParts(config: Config, { environment, demo, screen, stop }: StartOptions): Promise<Parts> {
  if (!demo) return { server: await openServer(config, environment, [], screen), example: undefined };
  const options = { dataFolder: config.dataFolder, environment, screen, signal: stop.signal };
  for (let tries = 1; ; tries += 1) {
    const place = await findExamplePlace(options);
    // Both at once: each takes a second or so, mostly for loading its code.
    const [server, opened] = await Promise.allSettled([
      // The example's address and no other on this machine.
      openServer(config, environment, [place.origin], screen),
      openExample(place, options),
    ]);
    if (server.status === 'rejected') {
      if (opened.status === 'fulfilled') await opened.value.close();
      throw server.reason;
    }
    if (opened.status === 'fulfilled') return { server: server.value, example: { opened: opened.value } };
    const failure: unknown = opened.reason;
    const taken = failure instanceof StartError && failure.code === 'example_port_taken';
    if (!taken || tries === EXAMPLE_TRIES) return { server: server.value, example: { failure } };
    // The server lets one address through, and that is another program's now.
    screen.step(`Port ${place.port} was taken at this moment: starting again with another one`);
    await server.value.close();
  }
}

// The server first: its runs may still be calling the example's tools.
async function closeParts({ server, example }: Parts): Promise<void> {
  try {
    await server.close();
  } finally {
    if (example !== undefined && 'opened' in example) await example.opened.close();
  }
}

async function openServer(
  config: Config,
  environment: NodeJS.ProcessEnv,
  extraAllowedOrigins: readonly string[],
  screen: Screen,
): Promise<RunningServer> {
  const began = performance.now();
  const server = await startServer(config, {
    onProgress: sentence => screen.step(sentence),
    extraAllowedOrigins,
    environment,
  });
  screen.step(
    `Agents API at ${server.url}, data in ${server.databaseLocation} (${toTime(performance.now() - began)})`,
  );
  return server;
}

// A demo that fails is told and leaves the server serving.
async function present({ server, example }: Parts, { screen, stop }: StartOptions): Promise<void> {
  const opened = example !== undefined && 'opened' in example ? example.opened : undefined;
  let agentId: string | undefined;
  try {
    if (example !== undefined && 'failure' in example) throw example.failure;
    if (opened !== undefined) {
      const result = await runDemo({
        url: server.url,
        key: server.apiKey.first,
        company: { url: opened.url, token: opened.token.token },
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
  const missing =
    example === undefined
      ? 'No demo was asked for: there is no example server, and what follows asks the model alone.'
      : 'The example server is missing: what follows asks the model alone, without its tools.';
  if (agentId === undefined) screen.line(`\n${opened === undefined ? missing : DEMO_AGENT_MISSING}`);
  printNextSteps(screen, {
    url: server.url,
    apiKey: server.apiKey,
    company: opened && { url: opened.url, tokenFile: opened.token.file },
    agentId,
    question: agentId === undefined ? 'What can you do?' : DEMO_QUESTION,
  });
}

const DEMO_AGENT_MISSING = "Without the demo's agent, what follows asks the model alone, without tools.";
