import type { Cut } from './cut.ts';

const GUARDS = 'packages/guards/src';
const KIT = 'packages/mcp-server/src';

/** What sections of `createGuards` are made of. */
const OF_PARTS: readonly Cut[] = [
  {
    guard: 'a token ends',
    file: `${GUARDS}/token-list.ts`,
    text: 'return found.expires > now() ? found.verdict : EXPIRED;',
    without: 'return found.verdict;',
    tests: [`${GUARDS}/bearer-auth.test.ts`],
  },
  {
    guard: 'OAuth: the issuer',
    file: `${GUARDS}/oauth/verify-jwt.ts`,
    text: '        issuer,\n',
    without: '',
    tests: [`${GUARDS}/oauth/oauth.test.ts`],
  },
  {
    guard: 'OAuth: the audience',
    file: `${GUARDS}/oauth/verify-jwt.ts`,
    text: '        audience: [...audience],\n',
    without: '',
    tests: [`${GUARDS}/oauth/oauth.test.ts`],
  },
  {
    guard: 'only trusted proxies say who calls',
    file: `${GUARDS}/network.ts`,
    text: 'if (client === undefined || !isProxy(client)) break;',
    without: '',
    tests: [`${GUARDS}/network.test.ts`],
  },
  {
    guard: 'redaction by name',
    file: `${GUARDS}/observe/redaction.ts`,
    text: 'secret = SECRET_NAME.test(name) || given.has(name.toLowerCase());',
    without: 'secret = false;',
    tests: [`${GUARDS}/observe/redaction.test.ts`],
  },
  {
    guard: 'redaction by look',
    file: `${GUARDS}/observe/redaction.ts`,
    text: 'if (SECRET_TEXT.test(text)) return REDACTED;',
    without: '',
    tests: [`${GUARDS}/observe/redaction.test.ts`],
  },
  {
    guard: 'calls of a tool at once',
    file: `${GUARDS}/limits/limit-counts.ts`,
    text: 'if (gate.running >= gate.atOnce) return toCrowded(tool, gate.atOnce);',
    without: '',
    tests: [`${GUARDS}/limits/limit-counts.test.ts`],
  },
  {
    guard: 'wrong credentials from one address',
    file: `${GUARDS}/auth.ts`,
    text: 'other => other ?? refusal',
    without: '() => refusal',
    tests: [`${GUARDS}/create-guards.test.ts`],
  },
  {
    guard: 'networks of IPv6 are one address',
    file: `${GUARDS}/limits/caller-key.ts`,
    text: 'return `address:${toNetwork(address)}`;',
    without: 'return `address:${address}`;',
    tests: [`${GUARDS}/limits/caller-key.test.ts`, `${GUARDS}/create-guards.test.ts`],
  },
  {
    guard: 'addresses that are counted are bounded',
    file: `${GUARDS}/limits/memory-rate-store.ts`,
    text: ' || newer.size >= mostKeys',
    without: '',
    tests: [`${GUARDS}/limits/memory-rate-store.test.ts`],
  },
  {
    guard: 'overload spares who asks how the server is',
    file: `${GUARDS}/overload.ts`,
    text: '=> spared.has(path);',
    without: '=> path === undefined;',
    tests: [`${GUARDS}/overload.test.ts`],
  },
  {
    guard: 'overload counts known callers only',
    file: `${GUARDS}/overload.ts`,
    text: '(!isSpared(visit) && (late >= LATE_LOOKS || isFull()) ? REFUSAL : undefined),',
    without:
      '{ if (late >= LATE_LOOKS || isFull()) return REFUSAL; inFlight.add(visit); return undefined; },',
    tests: [`${GUARDS}/overload.test.ts`],
  },
  {
    guard: 'overload of the processor',
    file: `${GUARDS}/overload.ts`,
    text: 'late >= LATE_LOOKS || isFull()',
    without: 'isFull()',
    tests: [`${GUARDS}/overload.test.ts`],
  },
  {
    guard: 'a key is for its arguments',
    file: `${GUARDS}/once/memory-once-store.ts`,
    text: "return found.argumentsDigest === argumentsDigest ? found.state : { kind: 'other_arguments' };",
    without: 'return found.state;',
    tests: [`${GUARDS}/once/create-once.test.ts`],
  },
];

/** What a server made with the kit does without being told to. */
const BUILT_IN: readonly Cut[] = [
  {
    guard: 'Host and Origin',
    file: `${KIT}/http/admission.ts`,
    text: 'if (detail === undefined) return guards.admit(visit);',
    without: 'if (detail !== 0) return guards.admit(visit);',
    tests: ['test/guards/sections.test.ts'],
  },
  {
    guard: 'bytes of a body',
    file: `${KIT}/http/exchange.ts`,
    text: 'const { bodyLimit = BODY_LIMIT, docs = false } = options;',
    without: 'const { docs = false } = options; const bodyLimit = Infinity;',
    tests: [`${KIT}/node/to-node-handler.test.ts`],
  },
  {
    guard: 'docs in development only',
    file: `${KIT}/http/exchange.ts`,
    text: 'docs = false }',
    without: 'docs = true }',
    tests: [`${KIT}/http/responding.test.ts`],
  },
  {
    guard: 'a stopping server is not ready',
    file: `${KIT}/http/exchange.ts`,
    text: '!announced && (await guards.isReady())',
    without: '(await guards.isReady())',
    tests: ['test/guards/sections.test.ts'],
  },
  {
    guard: 'scopes of a call',
    file: `${KIT}/call-tool.ts`,
    text: 'if (lacksScopes(tool, call.meta)) return refuseScopes(tool);',
    without: '',
    tests: [`${KIT}/scopes.test.ts`],
  },
  {
    guard: 'scopes of a list',
    file: `${KIT}/engine/tool-views.ts`,
    text: 'guarded.filter(tool => lacksScopes(tool, meta))',
    without: 'guarded.filter(() => false)',
    tests: [`${KIT}/scopes.test.ts`],
  },
  {
    guard: 'rules for arguments',
    file: `${KIT}/call-tool.ts`,
    text: 'if (refused) return refused;',
    without: '',
    tests: [`${KIT}/scopes.test.ts`],
  },
  {
    guard: 'bytes of a result',
    file: `${KIT}/call-tool.ts`,
    text: 'return limitResult(ending.value, name, maxResultBytes);',
    without: 'return ending.value;',
    tests: [`${KIT}/result-limit.test.ts`],
  },
  {
    guard: 'time of a tool',
    file: `${KIT}/call-tool.ts`,
    text: 'runWithin(tool.timeoutMs,',
    without: 'runWithin(60_000,',
    tests: ['test/guards/sections.test.ts'],
  },
];

export const KIT_CUTS: readonly Cut[] = [...OF_PARTS, ...BUILT_IN];
