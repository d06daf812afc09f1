import type { Cut } from './cut.ts';

const SECTIONS = 'packages/guards/src/create-guards.ts';
const UNIT = 'packages/guards/src/create-guards.test.ts';
const KIT_CALLS = 'packages/mcp-server/src/http/guarded-calls.test.ts';
const KIT_ANSWERS = 'packages/mcp-server/src/http/responding.test.ts';
const HERE = 'test/guards/sections.test.ts';

/** The last of a list is followed by no comma. */
const LAST: ReadonlySet<string> = new Set(['audit', 'once']);

const inOrder = (guard: string, ...tests: readonly string[]): Cut => ({
  guard,
  file: SECTIONS,
  text: LAST.has(guard) ? `, '${guard}']` : `'${guard}', `,
  without: LAST.has(guard) ? ']' : '',
  tests,
});

/** Every section of `createGuards`. */
export const SECTION_CUTS: readonly Cut[] = [
  {
    guard: 'auth',
    file: SECTIONS,
    text: '...(ways.length > 0 ? [createAuthCheck(ways, denied)] : []),',
    without: '',
    tests: [KIT_CALLS, UNIT],
  },
  {
    guard: 'network',
    file: SECTIONS,
    text: '...(options.network ? [createNetworkCheck(options.network)] : []),',
    without: '',
    tests: [HERE],
  },
  {
    guard: 'cors',
    file: SECTIONS,
    text: 'cors: options.cors && createCors(options.cors),',
    without: 'cors: undefined,',
    tests: [KIT_ANSWERS],
  },
  {
    guard: 'headers',
    file: SECTIONS,
    text: 'headers: options.headers && toSecurityHeaders(options.headers),',
    without: 'headers: undefined,',
    tests: [KIT_ANSWERS],
  },
  {
    guard: 'compression',
    file: SECTIONS,
    text: 'compress: options.compression && createCompress(options.compression),',
    without: 'compress: undefined,',
    tests: [KIT_ANSWERS],
  },
  {
    guard: 'health',
    file: SECTIONS,
    text: 'isReady: createReadiness(options.health ?? { checks: {} }),',
    without: 'isReady: async () => true,',
    tests: [KIT_ANSWERS],
  },
  inOrder('tracing', HERE),
  inOrder('metrics', KIT_CALLS),
  inOrder('log', KIT_CALLS),
  inOrder('audit', KIT_CALLS),
  inOrder('overload', HERE),
  inOrder('limits', KIT_CALLS),
  inOrder('once', KIT_CALLS),
];
