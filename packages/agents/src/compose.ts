import type { AddressInfo } from 'node:net';
import { pino, type Logger } from 'pino';
import { openEgress, parseAllowList } from '@tramontane/egress';
import { openConnections } from '@tramontane/mcp-client';
import manifest from '../package.json' with { type: 'json' };
import { chooseModels } from './choose-models.ts';
import { type Config, ConfigError } from './config.ts';
import { createAgents } from './core/agents.ts';
import { openCallsOnce } from './core/call-once.ts';
import { createCompletions } from './core/completions.ts';
import { createConnectorVault } from './core/connector-vault.ts';
import { createConnectorUses } from './core/connector-uses.ts';
import { createConversations } from './core/conversations.ts';
import { createGuardrails } from './core/guardrails.ts';
import { createHistories } from './core/histories.ts';
import { createUuid } from './core/ids.ts';
import { createModels } from './core/models.ts';
import { createPlanner } from './core/plan-turn.ts';
import { openRuns } from './core/runs.ts';
import { createToolTrust } from './core/tool-trust.ts';
import { waitAtMost } from './core/wait-at-most.ts';
import { createSecretBox } from './core/secret-box.ts';
import { createUnansweredCalls } from './core/unanswered-calls.ts';
import { openGeneratedKey } from './generated-keys.ts';
import { openDatabaseServer } from './database-server.ts';
import { createOAuth } from './create-oauth.ts';
import { createHttpServer } from './http/server.ts';
import { openEdge } from './open-edge.ts';
import { createCallModel, createListModels } from './models/index.ts';
import { createAgentAliasStore } from './store/agent-alias-store.ts';
import { createAgentStore } from './store/agent-store.ts';
import { createApiKeyStore } from './store/api-key-store.ts';
import { createConnectorStore } from './store/connector-store.ts';
import { createConversationStore } from './store/conversation-store.ts';
import { createCredentialStore } from './store/credential-store.ts';
import { openDatabase } from './store/database.ts';
import { createPinStore } from './store/pin-store.ts';
import { createPreferenceStore } from './store/preference-store.ts';
import { createRequestKeyStore } from './store/request-key-store.ts';
import { openRunOwnership } from './store/run-ownership.ts';
import { addOperatorConnectors } from './core/operator-connectors.ts';
import { createRunStore } from './store/run-store.ts';
import { createUnansweredCallStore } from './store/unanswered-call-store.ts';
import { sweepRequestKeys } from './sweep-request-keys.ts';
import { sweepRuns } from './sweep-runs.ts';
import { createTelemetry } from './telemetry/index.ts';
import { logHealth } from './tools/log-health.ts';
import { OperatorServersError, readOperatorServers } from './tools/operator-servers.ts';
import { watchToolServers } from './watch-tool-servers.ts';

export interface StartServerOptions {
  /** Told, in whole sentences, what takes time. */
  readonly onProgress?: (sentence: string) => void;
  /** `host:port` of tool servers that the one who starts this server runs: reachable and trusted. */
  readonly extraAllowedOrigins?: readonly string[];
  readonly log?: Logger;
  /** Of this process: children that are tool servers get a short list of it, such as PATH. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** `first` is a secret: show it to nobody but the person at the terminal, and only when it was made for them. */
  readonly apiKey: {
    readonly source: 'environment' | 'file';
    readonly file?: string;
    readonly first: string;
  };
  readonly databaseLocation: string;
  /** Finishes what is in flight, at most ten seconds; runs that take longer go on at the next start. */
  close(): Promise<void>;
}

/** How long a stopping server waits for what is in flight, in milliseconds. */
const GRACE_MS = 10_000;
const LIMITS = { maxAnswers: 25, maxParallelCalls: 16, maxHandoffs: 10 };

/** Starts everything, in the order things need one another, and closes it in the other order. */
export async function startServer(config: Config, options: StartServerOptions = {}): Promise<RunningServer> {
  const log = options.log ?? openLog(config);
  const opened = new AsyncDisposableStack();
  try {
    const operatorServers = readServersFile(config);
    const apiKey = await openApiKey(config);
    const secretKeys = config.secretKeys ?? [
      (await openGeneratedKey(config.dataFolder, 'secret-key', '')).key,
    ];
    const { url: databaseUrl, location } = await openDatabaseServer(config, opened, options.onProgress);
    const database = await openDatabase(databaseUrl, {
      onError: error => log.warn({ err: error }, 'a database connection broke'),
    });
    opened.defer(() => database.close());

    const extra = options.extraAllowedOrigins ?? [];
    const egress = openEgress({
      allow: [...config.allowPrivateNetworks, ...extra.flatMap(origin => parseAllowList(origin))],
      refuse: ownPorts(config),
    });
    opened.defer(() => egress.close());
    const connections = openConnections({
      egress,
      clientName: 'tramontane',
      clientVersion: manifest.version,
      environment: options.environment ?? {},
      onHealth: logHealth(log),
      onStderr: (server, line) => log.info({ server, line }, 'a tool server wrote to its standard error'),
    });
    opened.defer(() => connections.close());

    const { catalogue, checkModel, moderation } = chooseModels(config);
    const owner = createUuid();
    const { db } = database;
    const conversationStore = createConversationStore(db);
    const runStore = createRunStore(database, owner);
    const credentialStore = createCredentialStore(db);
    const now = () => new Date();
    const box = createSecretBox(secretKeys);
    const vault = createConnectorVault(box);
    const { connectors, processOf } = addOperatorConnectors(createConnectorStore(db), operatorServers, vault);
    let listening = config.port;
    const oauth = createOAuth(
      { connectors, credentials: credentialStore, vault, box, now, db, egress },
      () => config.publicUrl ?? `http://${urlHost(config.host)}:${listening}`,
    );
    const edge = await openEdge(config, { firstKey: apiKey.first, stored: createApiKeyStore(db), log });
    opened.defer(() => edge.close());
    const telemetry = createTelemetry(catalogue, {
      connectionStates: () => connections.health().map(({ state }) => state),
      ...edge.sources,
    });
    const pins = createPinStore(db);
    const servers = watchToolServers(connections, {
      authorizers: oauth.authorizers,
      processOf,
      trusted: [...config.trustedToolServers, ...extra.map(origin => `http://${origin}`)],
      pins,
      policy: config.toolChanges,
      limits: config.toolTimeouts,
      credentials: credentialStore,
      now,
      log,
    });
    const toolPorts = {
      connectors,
      credentials: credentialStore,
      preferences: createPreferenceStore(db),
      vault,
      servers: telemetry.watchTools(servers),
      known: servers,
      now,
    };
    const unanswered = createUnansweredCallStore(db);
    const histories = createHistories(conversationStore, unanswered);
    const guardrails = createGuardrails({
      ...moderation,
      onFailed: message => log.warn(message),
    });
    const agents = createAgents({
      ...toolPorts,
      agents: createAgentStore(db),
      aliases: createAgentAliasStore(db),
      checkModel,
      guardrails,
    });
    const planner = createPlanner(agents);
    const runs = openRuns({
      ...toolPorts,
      ...telemetry.watch(createCallModel(catalogue)),
      limits: LIMITS,
      planHandoff: planner.planHandoff,
      guardrails,
      runs: runStore,
      histories,
      onError: (error, runId) => log.error({ err: error, run_id: runId }, 'a run broke off'),
    });
    const ownership = await openRunOwnership(db, owner, {
      connect: () => database.connect(),
      onError: error => log.warn({ err: error }, 'the lock that shows this process alive was lost'),
    });
    opened.defer(() => ownership.close());
    opened.defer(sweepRuns({ ownership, runs, store: runStore, log }));
    const requestKeys = createRequestKeyStore(db, owner);
    opened.defer(sweepRequestKeys(requestKeys, log));
    const callsOnce = openCallsOnce({
      requestKeys,
      longestCallMs: Math.max(...[config.toolTimeouts, ...operatorServers.map(of => of.limits)].map(totalOf)),
      onError: error => log.warn({ err: error }, 'the end of a call could not be kept under its key'),
    });

    let ready = true;
    const http = createHttpServer({
      agents,
      completions: createCompletions({ ...toolPorts, agents, runs, checkModel, guardrails }),
      ...createConnectorUses({ ...toolPorts, callsOnce }),
      conversations: createConversations({
        ...toolPorts,
        agents,
        planner,
        histories,
        conversations: conversationStore,
        runStore,
        runs,
        requestKeys,
        checkModel,
        guardrails,
      }),
      signIns: oauth.routes,
      unansweredCalls: createUnansweredCalls({ ...toolPorts, unanswered, runStore }),
      models: createModels(
        createListModels(catalogue, { onMissing: message => log.warn(message), now: () => Date.now() }),
      ),
      toolTrust: createToolTrust({ connectors, pins, policy: config.toolChanges }),
      health: { version: manifest.version, isReady: async () => ready && (await database.isAlive()) },
      guards: edge.guards,
      metrics: telemetry.metrics,
      ...(edge.scrapers && { scrapers: edge.scrapers }),
      ...(edge.onEnded && { onEnded: edge.onEnded }),
      log,
    });
    opened.defer(async () => {
      ready = false;
      const until = performance.now() + GRACE_MS;
      const served = http.close();
      // Requests that are there still begin what they ask for, until none is left or the time is over.
      await waitAtMost(GRACE_MS, served);
      const left = Math.max(0, until - performance.now());
      await Promise.all([served, runs.close(left), callsOnce.close(left)]);
    });
    options.onProgress?.('Starting the Agents API');
    await http.listen({ host: config.host, port: config.port });
    const port = portOf(http.server.address());
    listening = port;
    egress.refuse(String(port));
    const close = once(() => opened.disposeAsync());
    return { url: `http://${urlHost(config.host)}:${port}`, port, apiKey, databaseLocation: location, close };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** @throws ConfigError */
function readServersFile({ mcpServers }: Config): ReturnType<typeof readOperatorServers> {
  if (mcpServers === undefined) return [];
  try {
    return readOperatorServers(mcpServers);
  } catch (error) {
    if (error instanceof OperatorServersError) throw new ConfigError([error.message]);
    throw error;
  }
}

/** JSON lines on standard error. A terminal that was closed takes none any more; the server goes on without. */
function openLog(config: Config): Logger {
  const destination = pino.destination(2);
  destination.on('error', () => undefined);
  return pino({ level: config.logLevel }, destination);
}

async function openApiKey(config: Config): Promise<RunningServer['apiKey']> {
  const first = config.apiKeys?.[0];
  if (first !== undefined) return { source: 'environment', first };
  const { key, file } = await openGeneratedKey(config.dataFolder, 'api-key', 'tram_');
  return { source: 'file', file, first: key };
}

function totalOf(limits: { totalMs?: number } | undefined): number {
  return limits?.totalMs ?? 0;
}

/** A tool server's address must never lead to our own API, database or Redis. */
function ownPorts({ databaseUrl, redisUrl }: Config): string[] {
  const origin = (url: string | undefined, usual: number) => {
    const { hostname, port } = new URL(url ?? 'unix:///none');
    return hostname === '' ? [] : [`${hostname}:${port || usual}`];
  };
  return [...origin(databaseUrl, 5432), ...origin(redisUrl, 6379)];
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
