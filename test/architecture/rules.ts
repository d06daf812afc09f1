/** The rules of the house as data: docs/architecture.md says them in words. */

/** Which sibling packages a package may import. One that is not listed fails the test until somebody decides. */
export const PACKAGE_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  engine: [],
  egress: [],
  guards: [],
  'mcp-client': ['egress'],
  'mcp-server': ['egress', 'guards'],
  agents: ['wire', 'engine', 'egress', 'guards', 'mcp-client'],
  inspector: ['mcp-client'],
  console: ['wire'],
  tramontane: ['agents', 'mcp-client', 'mcp-server', 'inspector', 'wire'],
};

/** Private parts for tests: outside the rules, and imported by tests only. */
export const TEST_PACKAGE = 'testkit';

/** Which rooms of agents a room may import, itself aside. Files beside the rooms are rooms of their own. */
export const ROOM_IMPORTS: Readonly<Record<string, readonly string[] | 'all'>> = {
  core: [],
  http: ['core'],
  store: ['core'],
  models: ['core'],
  tools: ['core'],
  telemetry: ['core'],
  'config.ts': ['setting-values.ts', 'edge-settings.ts'],
  'edge-settings.ts': ['setting-values.ts', 'edge-values.ts'],
  'edge-values.ts': ['setting-values.ts'],
  'setting-values.ts': [],
  'generated-keys.ts': ['config.ts', 'store'],
  // Parts of compose.ts with a file of their own.
  'database-server.ts': ['config.ts', 'store'],
  'api-keys.ts': ['config.ts', 'core', 'store', 'database-server.ts', 'open-lines.ts'],
  'migrate.ts': ['config.ts', 'store', 'database-server.ts'],
  'open-edge.ts': ['config.ts', 'core', 'http', 'store', 'open-lines.ts'],
  'open-lines.ts': ['config.ts', 'edge-values.ts'],
  'choose-models.ts': ['config.ts', 'core', 'models'],
  'repeat.ts': [],
  'sweep-request-keys.ts': ['core', 'repeat.ts'],
  'sweep-runs.ts': ['core', 'store', 'repeat.ts'],
  'tool-pins.ts': ['config.ts', 'core', 'store', 'database-server.ts', 'open-lines.ts'],
  'watch-tool-servers.ts': ['core', 'tools'],
  'create-oauth.ts': ['core', 'http', 'store', 'tools'],
  'compose.ts': 'all',
  'index.ts': 'all',
  'main.ts': 'all',
};

/** Modules that only the files below a path may import, and why. */
export const ONLY_IN: readonly { module: RegExp; paths: readonly string[]; why: string }[] = [
  {
    module: /^undici$/,
    paths: ['packages/egress/'],
    why: 'the guarded fetch is the one way out',
  },
  {
    module: /^node:(http|https|http2|net|tls|dgram)$/,
    paths: ['packages/egress/', 'packages/mcp-server/', 'packages/tramontane/src/free-port.ts'],
    why: 'connections out go through egress; the others only listen',
  },
  {
    module: /^@modelcontextprotocol\/client/,
    paths: ['packages/mcp-client/'],
    why: 'the client is wrapped in one place',
  },
  {
    module: /^@modelcontextprotocol\/(?!client)/,
    paths: [],
    why: 'the official servers and the 1.x SDK are peers for tests',
  },
  {
    module: /^@ai-sdk\/(?!provider$)/,
    paths: ['packages/agents/src/models/'],
    why: 'vendors are known to the models room only',
  },
  {
    module: /^(pg|kysely)$/,
    paths: [
      'packages/agents/src/store/',
      'packages/agents/src/compose.ts',
      'packages/guards/src/postgres/',
      'packages/mcp-server/src/sql/',
      'packages/mcp-server/src/postgres/',
      'packages/mcp-server/src/saga/postgres/',
      'packages/mcp-server/src/tasks/postgres/',
    ],
    why: 'the database is known to the store only',
  },
  {
    module: /^fastify$/,
    paths: [
      'packages/agents/src/http/',
      'packages/mcp-server/src/fastify/',
      'packages/agents/src/compose.ts',
    ],
    why: 'HTTP is known to the http rooms only',
  },
];

/** Packages without I/O: no node: module, and none of these globals. */
export const PURE: Readonly<Record<string, readonly string[]>> = {
  // prettier-ignore
  engine: [
    'process', 'Buffer', 'setTimeout', 'setInterval', 'setImmediate', 'performance', 'crypto', 'fetch', 'console',
    'Date.now', 'Math.random',
  ],
  wire: ['process', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'console', 'Math.random'],
};

/** Globals that reach out, and where they may be used. */
export const OUTBOUND_GLOBALS = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'];
export const OUTBOUND_ALLOWED: readonly { path: string; why: string }[] = [
  { path: 'packages/egress/', why: 'it is the guard' },
  { path: 'packages/agents/src/models/', why: 'vendors are named by the operator, not by a request' },
  { path: 'packages/tramontane/', why: 'the command calls the server it has started' },
];

/** Files that may read the environment. Everything else is given what it needs. */
export const ENVIRONMENT_READERS: readonly RegExp[] = [
  /\/config\.ts$/,
  /\/main\.ts$/,
  // Hands PATH and the like on to the database's programs; takes no setting from it.
  /\/store\/embedded\/run-program\.ts$/,
];

/** Files that do something when they are loaded: programs, and what is loaded with --import. */
export const PROGRAMS: readonly RegExp[] = [/\/main\.ts$/, /\/end-with-parent\.ts$/];

/** Words that say nothing about what is in a file. */
export const EMPTY_NAMES = [
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'manager',
  'service',
  'misc',
  'shared',
];

export const SOURCE_LINES = 300;
export const TEST_LINES = 500;
