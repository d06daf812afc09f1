import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mistral } from '@mistralai/mistralai';
import { Client } from 'pg';
import { pino } from 'pino';
import { OPERATOR, openApiKeys, readConfig, startServer, type Caller } from '@tramontane/agents';
import { openTestDatabase } from '@tramontane/testkit/database';
import { openModels, type Models } from './scripted-models.ts';
import { differences } from './upstream/upstream-shapes.ts';

export interface ApiServerOptions {
  /** `embedded`: a PostgreSQL of its own in `dataFolder`, and the offline model for every name. Default `shared`. */
  readonly database?: 'shared' | 'embedded';
  /** `none`: no provider at all, on the shared database. Default `scripted`. */
  readonly vendor?: 'scripted' | 'none';
  /** Default 0: any free one. */
  readonly port?: number;
  /** More settings, or others. */
  readonly settings?: Readonly<Record<string, string>>;
  /** TRAMONTANE_ALLOW_PRIVATE_NETWORKS. Default `loopback`. */
  readonly allow?: string;
  /** TRAMONTANE_TRUSTED_TOOL_SERVERS. Default none. */
  readonly trusted?: string;
  /** What stands in the file of TRAMONTANE_MCP_SERVERS. */
  readonly mcpServers?: Readonly<Record<string, unknown>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
}

export interface ApiServer {
  readonly url: string;
  readonly key: string;
  readonly dataFolder: string;
  readonly sdk: Mistral;
  readonly models: Models;
  /** Everything logged so far, at level debug. */
  readonly log: () => string;
  /** Every byte of every answer given through `send`. */
  readonly answered: () => string;
  /** Settings that open the same database: for commands beside the server. */
  readonly environment: Readonly<Record<string, string>>;
  /** A key that was made for this caller; what is left out is the operator's. */
  makeKey(caller: Partial<Caller>): Promise<string>;
  /** Plain HTTP with the key. `body`: JSON, or a text sent as it is. Throws on an answer that upstream would not give. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  /** Asks the server's own database. */
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** The whole Agents API on a free port, as `startServer` makes it: real database, real HTTP, scripted models. */
export async function openApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const opened = new AsyncDisposableStack();
  const dataFolder = await mkdtemp(join(tmpdir(), 'tramontane-api-'));
  // Run by root, the database's own user must get through this folder.
  await chmod(dataFolder, 0o711);
  opened.defer(() => rm(dataFolder, { recursive: true, force: true }));
  const embedded = options.database === 'embedded';
  const database = embedded ? undefined : opened.use(await openTestDatabase());
  const models = await openModels();
  opened.defer(() => models.close());

  const key = 'key-of-the-api-tests';
  const lines: string[] = [];
  const environment = {
    TRAMONTANE_PORT: String(options.port ?? 0),
    TRAMONTANE_DATA: join(dataFolder, 'data'),
    TRAMONTANE_API_KEYS: key,
    TRAMONTANE_SECRET_KEY: 'secret-key-of-the-api-tests-0123456789abcdef',
    TRAMONTANE_ALLOW_PRIVATE_NETWORKS: options.allow ?? 'loopback',
    ...(options.trusted !== undefined && { TRAMONTANE_TRUSTED_TOOL_SERVERS: options.trusted }),
    ...(options.mcpServers && { TRAMONTANE_MCP_SERVERS: join(dataFolder, 'servers.json') }),
    ...(database && { DATABASE_URL: database.url }),
    ...(database && options.vendor !== 'none' && { TRAMONTANE_MODEL_BASE_URL: models.url }),
    ...options.settings,
  };
  if (options.mcpServers)
    await writeFile(join(dataFolder, 'servers.json'), JSON.stringify({ mcpServers: options.mcpServers }));
  const server = await startServer(readConfig(environment), {
    environment: process.env,
    log: pino({ level: 'debug' }, { write: line => void lines.push(line) }),
  }).catch(async (error: unknown) => {
    await opened.disposeAsync();
    throw error;
  });
  opened.defer(() => server.close());

  const answered: string[] = [];
  return {
    url: server.url,
    key,
    dataFolder: join(dataFolder, 'data'),
    environment,
    sdk: new Mistral({ serverURL: server.url, apiKey: key }),
    models,
    log: () => lines.join(''),
    answered: () => answered.join('\n'),
    async makeKey(caller) {
      const keys = await openApiKeys(readConfig(environment));
      try {
        const made = await keys.create(`key-${randomUUID()}`, { ...OPERATOR, ...caller });
        if (!made.ok) throw new Error(made.sentence);
        return made.key;
      } finally {
        await keys.close();
      }
    },
    async send(method, path, body, headers) {
      const response = await fetch(server.url + path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      answered.push(text);
      const type = response.headers.get('content-type') ?? '';
      const wrong = differences(method, path, { status: response.status, type, text });
      if (wrong.length > 0) throw new Error(`Not an answer of the provider's: ${wrong.join('; ')}\n${text}`);
      return { status: response.status, headers: response.headers, text, json: parseJson(text) };
    },
    async query(sql, values = []) {
      if (!database) throw new Error('Only a server on the shared database can be asked.');
      const client = new Client({ connectionString: database.url });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
      } finally {
        await client.end();
      }
    },
    close: () => opened.disposeAsync(),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
