import { createMcpServer, serveHttp } from '@tramontane/mcp-server';
import { openPostgresSagaStore, openPostgresTaskStore } from '@tramontane/mcp-server/postgres';
import { openSagas, type Sagas } from '@tramontane/mcp-server/saga';
import { defineOnboarding, type ServiceUrls } from './onboard-customer.ts';

export interface OnboardingOptions {
  readonly services: ServiceUrls;
  /** Without it everything is kept in memory, and a crash leaves a customer half made. */
  readonly databaseUrl?: string;
  /** 8000 unless given; 0 takes a free one. */
  readonly port?: number;
}

export interface Onboarding extends AsyncDisposable {
  readonly url: string;
  readonly sagas: Sagas;
}

/** An MCP server with the one tool `onboard_customer`. */
export async function startOnboarding(options: OnboardingOptions): Promise<Onboarding> {
  const { services, databaseUrl, port = 8000 } = options;
  const opened = new AsyncDisposableStack();
  const connectionString = databaseUrl;
  const stores = connectionString !== undefined && {
    store: opened.use(await openPostgresSagaStore({ connectionString })),
    taskStore: opened.use(await openPostgresTaskStore({ connectionString })),
  };
  const sagas = opened.use(openSagas({ sagas: [defineOnboarding(services)], ...stores }));
  const server = createMcpServer({
    name: 'onboarding',
    version: '1.0.0',
    tools: sagas.tools,
    tasks: { store: sagas.taskStore },
  });
  const serving = await serveHttp(server, { port });
  opened.defer(async () => {
    await serving.close();
    await server.close();
  });
  return { url: serving.url, sagas, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
