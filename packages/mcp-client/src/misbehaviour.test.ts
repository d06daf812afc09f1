import { openEgress, parseAllowList } from '@tramontane/egress';
import {
  BROKEN_AT_CALL,
  BROKEN_EVERYWHERE,
  type BrokenDialect,
  type BrokenKind,
  type BrokenServer,
  openBrokenServer,
  openHttpListener,
} from '@tramontane/testkit/tool-servers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConnectionError, type ConnectionErrorCode } from './connection-error.ts';
import { type Connections, openConnections } from './connections.ts';
import type { ServerTarget } from './server-target.ts';

const closers: (() => Promise<unknown>)[] = [];
let connections: Connections;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', onUnhandled);
  const egress = openEgress({ allow: parseAllowList('loopback') });
  connections = openConnections({ egress });
  closers.push(
    () => egress.close(),
    () => connections.close(),
  );
});

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  // A rejection is reported after the tasks that follow it.
  await new Promise(resolve => setImmediate(resolve));
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

const signal = new AbortController().signal;

function targetOf(url: string, timeoutMs = 20_000): ServerTarget {
  return {
    scope: { workspace: 'w', connector: 'c', credential: 'd' },
    url,
    auth: { type: 'bearer', token: 'secret-token' },
    timeoutMs,
  };
}

async function broken(kind: BrokenKind, dialect?: BrokenDialect): Promise<BrokenServer> {
  const server = await openBrokenServer(kind, dialect);
  closers.push(() => server.close());
  return server;
}

async function failure(work: Promise<unknown>): Promise<ConnectionError> {
  const error: unknown = await work.then(
    value => new Error(`it succeeded: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof ConnectionError) return error;
  throw error;
}

describe('a server that is broken everywhere', () => {
  const expected: Record<(typeof BROKEN_EVERYWHERE)[number], [ConnectionErrorCode, number | undefined]> = {
    silent: ['timed_out', undefined],
    dropped: ['closed', undefined],
    reset: ['closed', undefined],
    not_http: ['not_mcp_server', undefined],
    html: ['not_mcp_server', undefined],
    other_json: ['not_mcp_server', undefined],
    bad_json: ['not_mcp_server', undefined],
    ended_stream: ['not_mcp_server', undefined],
    error_500: ['protocol_error', 500],
    error_503: ['unreachable', 503],
    unauthorized: ['refused', 401],
    forbidden: ['refused', 403],
  };

  test.each(BROKEN_EVERYWHERE)('%s', async kind => {
    const server = await broken(kind);
    for (const path of ['', '/mcp', '/mcp/v1']) {
      const target = targetOf(server.url + path, kind === 'silent' ? 300 : 20_000);
      const listing = await failure(connections.listTools(target, { signal }));
      expect([path, listing.code, listing.status]).toEqual([path, ...expected[kind]]);
      expect(listing.server).toBe(server.url);
      const call = await failure(
        connections.callTool(target, {
          name: 'act',
          arguments: {},
          idempotencyKey: 'k',
          signal,
        }),
      );
      // Nothing was called, because nothing was found to call it on.
      expect([call.code, call.mayHaveRun]).toEqual([expected[kind][0], false]);
    }
  });

  test('wanting fewer requests, it is asked at no other address', async () => {
    const server = await openHttpListener((_request, response) => void response.writeHead(429).end());
    closers.push(() => server.close());
    const error = await failure(connections.listTools(targetOf(server.origin), { signal }));
    expect([error.code, error.status]).toEqual(['unreachable', 429]);
    expect(new Set(server.requests)).toEqual(new Set(['POST /']));
  });

  test('the report says what was tried and what was answered, and what the server said', async () => {
    const page = await failure(
      connections.listTools(targetOf(`${(await broken('html')).url}/?key=hidden`), { signal }),
    );
    expect(page.attempts?.length).toBeGreaterThanOrEqual(3);
    expect(page.message).toMatch(
      /POST http:\S+\/ → 200 text\/html; .*GET http:\S+\/mcp\/v1\/tools → 200 text\/html/,
    );
    expect(page.message).not.toContain('hidden');
    const refused = await failure(
      connections.listTools(targetOf((await broken('unauthorized')).url), { signal }),
    );
    expect(refused.message).toContain('Token expired on Tuesday');
    const denied = await failure(
      connections.listTools(targetOf((await broken('forbidden')).url), { signal }),
    );
    expect(denied.message).toContain('Not your server');
  });

  test('nothing listens there', async () => {
    const listener = await openHttpListener(() => undefined);
    await listener.close();
    const error = await failure(connections.listTools(targetOf(listener.origin), { signal }));
    expect([error.code, error.mayHaveRun]).toEqual(['unreachable', false]);
    expect(error.message).toContain('ECONNREFUSED');
  });

  test.each([
    ['not a url', 'not a URL'],
    ['ftp://127.0.0.1/', 'https://'],
    ['http://me:pass-word@127.0.0.1/', 'password'],
    ['http://169.254.169.254/', 'docs/configuration.md'],
    ['http://10.0.0.1/', 'add 10.0.0.1:80 to TRAMONTANE_ALLOW_PRIVATE_NETWORKS'],
    ['http://127.0.0.1:6000/', 'another port'],
  ])('the address %s', async (url, says) => {
    const error = await failure(connections.listTools(targetOf(url), { signal }));
    expect(error.code).toBe('invalid_target');
    expect(error.message).toContain(says);
    expect(error.message).not.toContain('pass-word');
    if (url.includes('169.254')) expect(error.message).not.toContain('TRAMONTANE_');
  });
});

describe.each(['mcp-2025', 'mcp-2026', 'rest'] as const)('a %s server that breaks at the call', dialect => {
  const isRest = dialect === 'rest';
  const expected: Record<(typeof BROKEN_AT_CALL)[number], ConnectionErrorCode> = {
    call_silent: 'timed_out',
    call_closed: 'closed',
    call_half_stream: 'timed_out',
    call_ended_stream: isRest ? 'protocol_error' : 'closed',
    call_bad_json: 'protocol_error',
    call_html: 'protocol_error',
    call_bad_http: 'protocol_error',
    call_wrong_shape: 'protocol_error',
    call_error_500: 'protocol_error',
    call_huge: 'protocol_error',
  };

  test.each(BROKEN_AT_CALL)('%s', async kind => {
    const server = await broken(kind, dialect);
    // Short only where the limit is what ends the call; the machine may be slow.
    const target = targetOf(server.url, expected[kind] === 'timed_out' ? 1_000 : 20_000);
    const listing = await connections.listTools(target, { signal });
    expect([listing.dialect, listing.tools.map(tool => tool.name)]).toEqual([dialect, ['act']]);
    const call = connections.callTool(target, { name: 'act', arguments: {}, idempotencyKey: 'k', signal });
    const error = await failure(call);
    expect([error.code, error.mayHaveRun]).toEqual([expected[kind], true]);
    if (kind === 'call_error_500') expect(error.message).toContain('database is down');
    if (kind === 'call_huge') expect(error.message).toMatch(/larger than 4 MiB\. Ask for less/);
    const isUnreadable =
      ['call_huge', 'call_html', 'call_bad_http', 'call_bad_json', 'call_wrong_shape'].includes(kind) ||
      (isRest && kind === 'call_ended_stream');
    expect(error.answered).toBe(isUnreadable);
    if (isUnreadable)
      expect(error.message).toContain('answered the call of "act", but the answer could not be read: ');
    // What the tool may have done is said once, by whoever shows the message; and no validator speaks to people.
    expect(error.message).not.toMatch(/may have|not known|invalid_|expected|"path"/);
    // A call that may have run is never sent again.
    expect(server.calls.length).toBe(1);
    // And the connection still serves.
    expect((await connections.listTools(target, { signal, refresh: true })).tools.length).toBe(1);
  });

  test('list_invalid', async () => {
    const server = await broken('list_invalid', dialect);
    const listing = await connections.listTools(targetOf(server.url), { signal });
    expect(listing.tools.map(tool => tool.name)).toEqual(['act', 'odd_parts']);
    expect(listing.tools[0]?.description).toBe('Acts.');
    expect(listing.problems).toHaveLength(6);
    expect(listing.problems.join('\n')).toMatch(
      /number 2 .*name[^]*no_schema[^]*array_schema[^]*bad name![^]*number 6[^]*"act" is listed more than once/,
    );
  });

  test('list_error', async () => {
    const server = await broken('list_error', dialect);
    const error = await failure(connections.listTools(targetOf(server.url), { signal }));
    expect(error.code).toBe('protocol_error');
    expect(error.message).toContain('the list is broken');
  });
});

test.each(['mcp-2025', 'mcp-2026'] as const)('a %s answer without a list is no empty list', async dialect => {
  const { url } = await broken('list_none', dialect);
  const error = await failure(connections.listTools(targetOf(url), { signal }));
  expect([error.code, error.answered]).toEqual(['protocol_error', true]);
  expect(error.message).toContain('answered tools/list, but the answer could not be read: ');
});

const callAct = (server: BrokenServer): ReturnType<Connections['callTool']> =>
  connections.callTool(targetOf(server.url), { name: 'act', arguments: {}, idempotencyKey: 'k', signal });

test.each(['mcp-2025', 'mcp-2026'] as const)(
  'blocks that nobody knows do not cost a %s result its others',
  async dialect => {
    const { content, isError } = await callAct(await broken('odd_blocks', dialect));
    expect([isError, ...content.map(block => block.type)]).toEqual([false, 'text', 'image', 'text']);
    const deep = await callAct(await broken('deep_result', dialect));
    expect(deep.content).toMatchObject([{ type: 'text', text: expect.stringContaining('nested too deep') }]);
  },
);

test.each(['text_ids', 'null_members'] as const)('%s cost neither the list nor a result', async kind => {
  const server = await broken(kind);
  const { tools } = await connections.listTools(targetOf(server.url), { signal });
  expect(tools).toHaveLength(1);
  expect(await callAct(server)).toEqual({ isError: false, content: [{ type: 'text', text: 'done' }] });
});

test('arguments that cannot be written are no answer of the server', async () => {
  const server = await broken('odd_blocks');
  let deep: unknown[] = [];
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  const call = { name: 'act', arguments: { deep }, idempotencyKey: 'k', signal };
  const error = await failure(connections.callTool(targetOf(server.url), call));
  expect([error.code, error.answered, error.mayHaveRun]).toEqual(['protocol_error', false, false]);
  expect(error.message).toContain('the call of "act" could not be sent');
  expect(server.calls).toEqual([]);
});

test('a REST result nested too deep', async () => {
  const error = await failure(callAct(await broken('deep_result', 'rest')));
  expect([error.code, error.answered, error.mayHaveRun]).toEqual(['protocol_error', true, true]);
  expect(error.message).toContain(
    'answered the call of "act", but the answer could not be read: it is nested too deep',
  );
});

test.each(['mcp-2025', 'mcp-2026'] as const)(
  'a %s server without tools has an empty list that says so',
  async dialect => {
    const server = await broken('no_tools', dialect);
    const listing = await connections.listTools(targetOf(server.url), { signal });
    expect([listing.tools, listing.problems.length]).toEqual([[], 1]);
  },
);

test.each(['mcp-2025', 'mcp-2026'] as const)('an endless %s list stops after 64 pages', async dialect => {
  const server = await broken('list_endless', dialect);
  const listing = await connections.listTools(targetOf(server.url), { signal });
  expect(listing.tools.length).toBe(64);
  expect(listing.problems[0]).toContain('64 pages');
});

test('a handshake that hangs ends with the abort of its caller, on the wire too', async () => {
  let open = 0;
  const server = await openHttpListener((_request, response) => {
    open += 1;
    response.on('close', () => (open -= 1));
  });
  closers.push(() => server.close());
  const controller = new AbortController();
  const listing = connections.listTools(targetOf(server.origin, 60_000), { signal: controller.signal });
  await expect.poll(() => open).toBe(1);
  controller.abort();
  await expect(listing).rejects.toMatchObject({ name: 'AbortError' });
  await expect.poll(() => open).toBe(0);
});
