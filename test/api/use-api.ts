import { afterAll, beforeAll } from 'vitest';
import { openSdkV2Server, type PlainTool, type ToolServer } from '@tramontane/testkit/tool-servers';
import { openGate, type Gate } from './gate.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';

type OpenServer = (options: { tools: readonly PlainTool[] }) => Promise<ToolServer>;

/** A tool that answers nobody: it begins, and ends when it is told to stop. */
export interface HangingTool {
  readonly server: ToolServer;
  readonly arrived: Gate;
  readonly stopped: Gate;
}

/** A server for the tests of one file, and tool servers for each: all closed after the last of them. */
export interface ApiRig {
  readonly api: ApiServer;
  /** A server with the one tool `look`. */
  openTool(handler: PlainTool['handler'], open?: OpenServer): Promise<ToolServer>;
  /** A server whose one tool `look` hangs. */
  openHangingTool(open?: OpenServer): Promise<HangingTool>;
}

export function useApi(): ApiRig {
  const opened: ToolServer[] = [];
  let api: ApiServer | undefined;
  beforeAll(async () => {
    api = await openApiServer();
  });
  afterAll(async () => {
    await api?.close();
    await Promise.all(opened.map(server => server.close()));
  });

  const openTool: ApiRig['openTool'] = async (handler, open = openSdkV2Server) => {
    const server = await open({ tools: [{ name: 'look', inputSchema: {}, handler }] });
    opened.push(server);
    return server;
  };
  return {
    get api() {
      if (!api) throw new Error('The server is open in tests only.');
      return api;
    },
    openTool,
    async openHangingTool(open) {
      const [arrived, stopped] = [openGate(), openGate()];
      const server = await openTool(async (_args, { signal }) => {
        signal.addEventListener('abort', stopped.open);
        arrived.open();
        await stopped.passed;
        throw new Error('stopped');
      }, open);
      return { server, arrived, stopped };
    },
  };
}
