import { openCompanyProcess } from './company-process.ts';
import { isOurs } from './company-probe.ts';
import { readCompanyToken, type CompanyToken } from './company-token.ts';
import { findPort, isFree } from './free-port.ts';
import { toTime, type Screen } from './screen.ts';

const HOST = '127.0.0.1';
const PORT = 8000;

/** The example server of the demo, while it serves. */
export interface Example {
  readonly url: string;
  readonly token: CompanyToken;
  /** Ends it, unless it is another start's. */
  close(): Promise<void>;
}

/** Where the example server is going to be, or is already. */
export interface ExamplePlace {
  readonly origin: string;
  readonly port: number;
  readonly token: CompanyToken;
  /** True when another start on the same data folder runs it. */
  readonly shared: boolean;
}

export interface ExampleOptions {
  readonly dataFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

/** Port 8000 if it is free, or if what answers there takes our token; any other free port otherwise. */
export async function findExamplePlace(options: ExampleOptions): Promise<ExamplePlace> {
  const { screen, signal } = options;
  const token = await readCompanyToken(options.environment, options.dataFolder);
  const at = (port: number, shared: boolean): ExamplePlace => ({
    origin: `${HOST}:${port}`,
    port,
    token,
    shared,
  });
  if (await isFree(HOST, PORT)) return at(PORT, false);
  if (await isOurs(`http://${HOST}:${PORT}`, token.token, signal)) return at(PORT, true);
  const port = await findPort(HOST, PORT);
  screen.step(`Port ${PORT} is in use: the example server takes ${port} instead.`);
  return at(port, false);
}

/** Starts the example server there, if it is not there already. Throws StartError as `openCompanyProcess` does. */
export async function openExample(place: ExamplePlace, options: ExampleOptions): Promise<Example> {
  const { token, port } = place;
  const { screen } = options;
  if (place.shared) {
    const url = `http://${place.origin}`;
    screen.step(`Example company MCP server at ${url}: that of another start, and it ends with that one`);
    return { url, token, close: async () => undefined };
  }
  const began = performance.now();
  screen.step('Starting the example company MCP server');
  const process = await openCompanyProcess({ ...options, port, token: token.token });
  screen.step(`Example company MCP server at ${process.url} (${toTime(performance.now() - began)})`);
  return { url: process.url, token, close: () => process.close() };
}
