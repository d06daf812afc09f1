import type { Cut } from './cut.ts';

const AGENTS = 'packages/agents/src';
const EDGE = 'test/api/edge.test.ts';
const TURNS = 'test/api/idempotent-turns.test.ts';

/** Of the Agents API. */
export const API_CUTS: readonly Cut[] = [
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
    text: '...(isLimited && {',
    without: '...(false && {',
    tests: [EDGE],
  },
  {
    guard: 'API: rates in Redis',
    file: `${AGENTS}/open-edge.ts`,
    text: '...(redis && { store: redis }),',
    without: '',
    tests: ['test/api/rate-store.test.ts'],
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
