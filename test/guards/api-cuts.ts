import type { Cut } from './cut.ts';

const AGENTS = 'packages/agents/src';
const EDGE = 'test/api/edge.test.ts';
const LINES = 'test/api/request-lines.test.ts';
const OVERLOAD = 'test/api/overload.test.ts';
const WRONG_KEYS = 'test/api/wrong-keys.test.ts';
const TURNS = 'test/api/idempotent-turns.test.ts';

/** Overload, and what is written down. */
const WATCHED: readonly Cut[] = [
  {
    guard: 'API: overload',
    file: `${AGENTS}/open-edge.ts`,
    text: '...(config.overload && { overload: openOverloadGuard(config.overload) }),',
    without: '',
    tests: [OVERLOAD],
  },
  {
    guard: 'API: what only waits is no load',
    file: `${AGENTS}/http/guarding.ts`,
    text: 'found?.guards.waits(found.visit);',
    without: '',
    tests: [OVERLOAD],
  },
  {
    guard: 'API: who leaves gives the place back',
    file: `${AGENTS}/http/guarding.ts`,
    text: 'if (visit) guards?.leave(visit, status);',
    without: '',
    tests: [OVERLOAD],
  },
  {
    guard: 'API: call log',
    file: `${AGENTS}/http/request-lines.ts`,
    text: "if (ended.visit) calls?.(toLine('call', ended, facts));",
    without: '',
    tests: [LINES],
  },
  {
    guard: 'API: audit',
    file: `${AGENTS}/http/request-lines.ts`,
    text: 'if (audit && isChange(ended, facts))',
    without: 'if (false)',
    tests: [LINES],
  },
  {
    guard: 'API: audit of confirmations',
    file: `${AGENTS}/http/conversation-routes.ts`,
    text: 'if (confirmations?.length) tellFacts(request, { confirmations });',
    without: '',
    tests: [LINES],
  },
  {
    guard: 'API: audit of sign-ins',
    file: `${AGENTS}/http/request-lines.ts`,
    text: 'if (signedIn) return true;',
    without: '',
    tests: [LINES],
  },
  {
    guard: 'API: audit of keys',
    file: `${AGENTS}/api-keys.ts`,
    text: '...withAudit(keys, audit),',
    without: '...keys,',
    tests: [LINES],
  },
  {
    guard: 'API: no query in a line',
    file: `${AGENTS}/http/request-lines.ts`,
    text: "request.url.split('?', 1)[0]?",
    without: 'request.url',
    tests: [LINES],
  },
];

/** Of the Agents API. */
export const API_CUTS: readonly Cut[] = [
  ...WATCHED,
  {
    guard: 'API: keys',
    file: `${AGENTS}/http/guarding.ts`,
    text: '    if (refusal) return answerRefusal(reply, refusal);\n',
    without: '',
    tests: ['test/api/api-keys.test.ts'],
  },
  {
    guard: 'API: addresses',
    file: `${AGENTS}/open-edge.ts`,
    text: '      ...network,\n',
    without: '',
    tests: [EDGE],
  },
  {
    guard: 'API: rates',
    file: `${AGENTS}/open-edge.ts`,
    text: '...(perCaller !== undefined && { perCaller }),',
    without: '',
    tests: [EDGE],
  },
  {
    guard: 'API: wrong keys',
    file: `${AGENTS}/open-edge.ts`,
    text: '...(wrongCredentials !== undefined && { wrongCredentials }),',
    without: '',
    tests: [WRONG_KEYS],
  },
  {
    guard: 'API: rates in Redis',
    file: `${AGENTS}/open-edge.ts`,
    text: ', ...(redis && { store: redis })',
    without: '',
    tests: ['test/api/rate-store.test.ts', WRONG_KEYS],
  },
  {
    guard: 'API: pages of others',
    file: `${AGENTS}/open-edge.ts`,
    text: '...(corsOrigins && { corsOrigins }),',
    without: '',
    tests: [EDGE],
  },
  {
    guard: 'API: security headers',
    file: `${AGENTS}/http/guarding.ts`,
    text: 'headers: {},',
    without: '',
    tests: [EDGE],
  },
  {
    guard: 'API: metrics are for the operator',
    file: `${AGENTS}/http/metrics-route.ts`,
    text: 'if (!isScraper(request) && !isOperator(callerOf(request))) {',
    without: 'if (false) {',
    tests: [EDGE],
  },
  {
    guard: 'API: keys of starts',
    file: `${AGENTS}/core/conversations.ts`,
    text: 'turnOnce(caller, given, asked, ports, () => start(caller, given, asked))',
    without: 'start(caller, given, { signal: asked.signal })',
    tests: [TURNS],
  },
  {
    guard: 'API: keys of appends',
    file: `${AGENTS}/core/conversations.ts`,
    text: 'turnOnce(caller, given, asked, ports, () => append(caller, id, given, asked))',
    without: 'append(caller, id, given, { signal: asked.signal })',
    tests: [TURNS],
  },
  {
    guard: 'API: keys of direct calls',
    file: `${AGENTS}/core/connector-tools.ts`,
    text: 'if (key) return',
    without: 'if (false) return',
    tests: ['test/api/idempotent-calls.test.ts'],
  },
  {
    guard: 'API: readiness',
    file: `${AGENTS}/compose.ts`,
    text: 'ready && (await database.isAlive())',
    without: 'true',
    tests: ['test/deploy/database-away.test.ts'],
  },
  {
    guard: 'API: a database that is away is told',
    file: `${AGENTS}/store/database.ts`,
    text: 'pool: watchPool(pool)',
    without: 'pool',
    tests: ['test/deploy/database-away.test.ts'],
  },
];
