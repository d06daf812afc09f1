import { resolve } from 'node:path';
import { EDGE_SETTINGS } from './edge-settings.ts';
import {
  Problem,
  parsePort,
  parseDatabaseUrl,
  parseApiKeys,
  parseSecretKeys,
  parseHttpUrl,
  parseAllowed,
  parseOrigins,
  parseLogLevel,
  parseToolChanges,
  type Setting,
  parseToolTimeouts,
} from './setting-values.ts';

const SETTINGS = {
  host: {
    name: 'TRAMONTANE_HOST',
    type: 'IP address or host name',
    fallback: '127.0.0.1',
    meaning: 'Where the Agents API listens. Other machines reach it only if this is not a loopback address.',
    secret: false,
    parse: text => text ?? '127.0.0.1',
  },
  port: {
    name: 'TRAMONTANE_PORT',
    type: 'number from 0 to 65535',
    fallback: '3000',
    meaning: 'Port of the Agents API; 0 takes any free one.',
    secret: false,
    parse: parsePort,
  },
  dataFolder: {
    name: 'TRAMONTANE_DATA',
    type: 'path',
    fallback: './.tramontane',
    meaning: 'Data folder: the default database, and the keys that were made for you.',
    secret: false,
    parse: text => resolve(text ?? '.tramontane'),
  },
  publicUrl: {
    name: 'TRAMONTANE_PUBLIC_URL',
    type: 'http(s) URL',
    fallback: 'where the Agents API listens',
    meaning: 'Address at which browsers reach this server, for people who sign in to tool servers.',
    secret: false,
    parse: text => parseHttpUrl(text?.replace(/\/+$/, '')),
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    type: 'postgresql:// URL',
    fallback: 'a PostgreSQL of its own in the data folder',
    meaning: 'Database. With it, TRAMONTANE_API_KEYS and TRAMONTANE_SECRET_KEY must be set.',
    secret: true,
    parse: parseDatabaseUrl,
  },
  apiKeys: {
    name: 'TRAMONTANE_API_KEYS',
    type: 'comma list',
    fallback: 'one is made and kept in the data folder',
    meaning: 'API keys that are accepted.',
    secret: true,
    parse: parseApiKeys,
  },
  secretKeys: {
    name: 'TRAMONTANE_SECRET_KEY',
    type: 'comma list, newest first',
    fallback: 'one is made and kept in the data folder',
    meaning:
      'Encrypts stored secrets, such as credentials of connectors. Put a new key before the old one to change it.',
    secret: true,
    parse: parseSecretKeys,
  },
  mistralApiKey: {
    name: 'MISTRAL_API_KEY',
    type: 'text',
    fallback: 'none',
    meaning: "With it, Mistral's model names go to Mistral.",
    secret: true,
    parse: text => text,
  },
  mistralBaseUrl: {
    name: 'MISTRAL_BASE_URL',
    type: 'http(s) URL',
    fallback: 'https://api.mistral.ai/v1',
    meaning: "Where Mistral's API is: another region of it, or a proxy before it. Ends with /v1 as a rule.",
    secret: false,
    parse: parseHttpUrl,
  },
  modelBaseUrl: {
    name: 'TRAMONTANE_MODEL_BASE_URL',
    type: 'http(s) URL',
    fallback: 'none',
    meaning:
      'Any OpenAI-compatible endpoint (vLLM, Ollama, llama.cpp): every other model name goes there, and all names while MISTRAL_API_KEY is unset.',
    secret: false,
    parse: parseHttpUrl,
  },
  modelApiKey: {
    name: 'TRAMONTANE_MODEL_API_KEY',
    type: 'text',
    fallback: 'none',
    meaning: 'Key of that endpoint.',
    secret: true,
    parse: text => text,
  },
  moderationBaseUrl: {
    name: 'TRAMONTANE_MODERATION_BASE_URL',
    type: 'http(s) URL',
    fallback: "Mistral's, while MISTRAL_API_KEY is set",
    meaning:
      "An endpoint with Mistral's moderation protocol (POST /moderations), which enforces guardrails. Without one, requests with guardrails are refused.",
    secret: false,
    parse: parseHttpUrl,
  },
  moderationApiKey: {
    name: 'TRAMONTANE_MODERATION_API_KEY',
    type: 'text',
    fallback: 'none',
    meaning: 'Key of that endpoint.',
    secret: true,
    parse: text => text,
  },
  allowPrivateNetworks: {
    name: 'TRAMONTANE_ALLOW_PRIVATE_NETWORKS',
    type: 'comma list of loopback, private, CIDR, host:port',
    fallback: 'none',
    meaning:
      'Addresses on this machine and in private networks that tool servers may have. Link-local addresses and those of cloud metadata need their exact range, such as 169.254.10.0/24.',
    secret: false,
    parse: parseAllowed,
  },
  trustedToolServers: {
    name: 'TRAMONTANE_TRUSTED_TOOL_SERVERS',
    type: 'comma list of origins, or *',
    fallback: 'none',
    meaning:
      'Tool servers whose word is taken that a tool is read-only or runs once per key: after a crash their unanswered calls are sent again.',
    secret: false,
    parse: parseOrigins,
  },
  mcpServers: {
    name: 'TRAMONTANE_MCP_SERVERS',
    type: 'path of a JSON file',
    fallback: 'none',
    meaning:
      'MCP servers of the operator, in the form `{"mcpServers": {…}}` that MCP clients share: command, args, env and cwd of a program, or url and headers. Every workspace sees them as connectors; programs can be named here only.',
    secret: false,
    parse: text => (text === undefined ? undefined : resolve(text)),
  },
  toolChanges: {
    name: 'TRAMONTANE_TOOL_CHANGES',
    type: 'accept, warn or block',
    fallback: 'warn',
    meaning: 'What happens when a server changes tools that were pinned when first seen.',
    secret: false,
    parse: parseToolChanges,
  },
  ...EDGE_SETTINGS,
  toolTimeouts: {
    name: 'TRAMONTANE_TOOL_TIMEOUTS',
    type: 'comma list of connect, idle and total, in seconds',
    fallback: 'connect=30,idle=30,total=600',
    meaning:
      'How long tool servers may take: to connect; for an answer or a report of progress; for one request in all. Servers given inline bring their own `timeout`, which is the idle one, and those of TRAMONTANE_MCP_SERVERS their own `limits`.',
    secret: false,
    parse: parseToolTimeouts,
  },
  logLevel: {
    name: 'TRAMONTANE_LOG',
    type: 'silent, error, warn, info or debug',
    fallback: 'warn',
    meaning: 'How much is logged, as JSON lines on standard error.',
    secret: false,
    parse: parseLogLevel,
  },
} as const satisfies Record<string, Setting<unknown>>;

type Settings = typeof SETTINGS;

/** What the server runs with: every setting read, checked and defaulted. */
export type Config = {
  readonly [K in keyof Settings]: Exclude<ReturnType<Settings[K]['parse']>, Problem>;
};

/** Everything that is wrong with the settings, together. */
export class ConfigError extends Error {
  readonly code = 'invalid_settings';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      problems.length === 1
        ? (problems[0] ?? '')
        : `These settings need a change:\n- ${problems.join('\n- ')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Reads the settings once. @throws ConfigError with every problem found. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems = unknownNames(environment);
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const text = environment[setting.name]?.trim();
    const value = setting.parse(text === '' || isInjected(setting.name, text) ? undefined : text);
    if (value instanceof Problem) problems.push(`${setting.name}: ${value.sentence}`);
    else values[key] = value;
  }
  const config = values as Config;
  if (config.databaseUrl !== undefined) {
    for (const { name } of [SETTINGS.apiKeys, SETTINGS.secretKeys]) {
      if (environment[name]) continue;
      problems.push(`${name} must be set when DATABASE_URL is: several servers may share the database.`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** `docs/configuration.md`, whole. */
export function renderConfiguration(): string {
  const rows = Object.values<Setting<unknown>>(SETTINGS).map(
    ({ name, type, fallback, meaning, secret }) =>
      `| \`${name}\` | ${type} | ${fallback} | ${meaning}${secret ? ' Secret.' : ''} |`,
  );
  return [
    '# Configuration',
    '',
    'Settings are environment variables, read once at the start. All problems are reported together, and an unknown',
    'name that begins with `TRAMONTANE_` is one. The example server has settings of its own, in',
    '[its README](../examples/company/README.md). This page is made from `packages/agents/src/config.ts` by `npm run docs`.',
    '',
    '| variable | form | default | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function unknownNames(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set<string>(Object.values<Setting<unknown>>(SETTINGS).map(({ name }) => name));
  return Object.keys(environment)
    .filter(
      name => name.startsWith('TRAMONTANE_') && !known.has(name) && !isInjected(name, environment[name]),
    )
    .map(name => `${name} is no setting. The settings are listed in docs/configuration.md.`);
}

/** Kubernetes gives every pod the addresses of services; a service named tramontane gets names of ours. */
function isInjected(name: string, value: string | undefined): boolean {
  return (
    /^TRAMONTANE_(SERVICE_|PORT_\d)/.test(name) ||
    (name === 'TRAMONTANE_PORT' && /^\w+:\/\//.test(value ?? ''))
  );
}
