import { describe, expect, it } from 'vitest';
import type { RequestMeta } from '../request-meta.ts';
import {
  askLegacy,
  askModern,
  createEngineFixture,
  createMeta,
  envelope,
  type Answered,
} from './engine.fixture.ts';

const { server, errors, hanging } = createEngineFixture();
const eras = [
  ['2026', askModern(server)],
  ['2025', askLegacy(server)],
] as const;

describe.each(eras)('tools in %s', (_era, request) => {
  const call = (name: string, args?: unknown, meta?: RequestMeta) =>
    request('tools/call', { name, ...(args !== undefined && { arguments: args }) }, meta);
  const textOf = (answered: Answered) =>
    (answered.result?.['content'] as { text: string }[] | undefined)?.[0]?.text;

  it('are listed with their schemas, in the order of definition', async () => {
    const { result } = await request('tools/list');
    const tools = result?.['tools'] as Record<string, unknown>[];
    expect(tools.map(tool => tool['name'])).toEqual([...server.catalogue.tools.keys()]);
    expect(tools[0]).toMatchObject({
      name: 'add',
      description: 'Adds two numbers.',
      inputSchema: { type: 'object', required: ['a'] },
      outputSchema: { type: 'object', required: ['sum'] },
      annotations: { readOnlyHint: true },
      _meta: { 'io.tramontane/idempotent': true },
    });
  });

  it('get checked arguments, and give back what the output schema lets through', async () => {
    expect((await call('add', { a: 2 })).result).toMatchObject({
      content: [{ type: 'text', text: '{"sum":3}' }],
      structuredContent: { sum: 3 },
    });
  });

  it('are not called with wrong arguments', async () => {
    const answered = await call('add', { a: 'two' });
    expect(answered.result).toMatchObject({ isError: true });
    expect(textOf(answered)).toBe('Invalid arguments for tool "add": "a" must be a number, got a string.');
  });

  it('may answer with blocks', async () => {
    expect((await call('blocks')).result?.['content']).toEqual([
      { type: 'text', text: 'see' },
      { type: 'image', data: 'AQI=', mimeType: 'image/png' },
    ]);
  });

  it('learn the key of the call, and who calls', async () => {
    const _meta = { ...envelope, 'io.tramontane/idempotency-key': 'k-1' };
    const params = _era === '2026' ? { _meta } : { _meta: { 'io.tramontane/idempotency-key': 'k-1' } };
    expect(textOf(await request('tools/call', { name: 'key', ...params }))).toBe('k-1');
    expect(textOf(await call('key'))).toBe('no key');
    expect(textOf(await call('who', {}, createMeta({ auth: { subject: 'ada', fingerprint: 'f00' } })))).toBe(
      'f00',
    );
  });

  it('may fail in their own words, without their cause', async () => {
    const answered = await call('refuses');
    expect(answered.result).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'Out of stock.' }],
    });
    expect(JSON.stringify(answered)).not.toContain('row 7');
  });

  it.each(['breaks', 'lies', 'big'])('do not show what went wrong inside: %s', async name => {
    errors.length = 0;
    const answered = await call(name);
    expect(answered.result).toMatchObject({ isError: true });
    expect(textOf(answered)).toMatch(/^Internal server error/);
    expect(JSON.stringify(answered)).not.toMatch(/hunter2|BigInt/);
    expect(errors).toEqual([
      {
        message: expect.stringContaining(name),
        fields: expect.objectContaining({ tool: name, requestId: 'r1' }),
      },
    ]);
  });

  it('are stopped when their time is up', async () => {
    const begun = Promise.withResolvers<AbortSignal>();
    hanging.begun = begun.resolve;
    const answered = await call('hangs');
    expect(answered.result).toMatchObject({ isError: true });
    expect(textOf(answered)).toContain('timed out');
    expect((await begun.promise).aborted).toBe(true);
  });

  it('may run into a time limit of their own', async () => {
    expect(textOf(await call('impatient'))).toContain('timed out');
  });

  it('are stopped when the caller goes away', async () => {
    const caller = new AbortController();
    const begun = Promise.withResolvers<AbortSignal>();
    hanging.begun = begun.resolve;
    const answering = call('waits', {}, createMeta({ signal: caller.signal }));
    const signal = await begun.promise;
    expect(signal.aborted).toBe(false);
    caller.abort();
    expect(signal.aborted).toBe(true);
    expect(textOf(await answering)).toContain('cancelled');
  });

  it.each([
    [{ name: 'nope' }, /Unknown tool: "nope"/],
    [{ name: 5 }, /"name" must be a string/],
    [{ name: 'add', arguments: [] }, /"arguments" must be an object/],
    [
      { name: 'key', _meta: { ...envelope, 'io.tramontane/idempotency-key': '' } },
      /must be a string that is not empty/,
    ],
  ])('are not called: %j', async (params, message) => {
    // The last case carries a 2026 envelope, so in both eras it is a request of 2026.
    const answered = await request('tools/call', params);
    expect(answered).toMatchObject({
      status: 200,
      error: { code: -32602, message: expect.stringMatching(message) },
    });
  });
});

describe.each(eras)('resources in %s', (_era, request) => {
  it('are listed', async () => {
    expect((await request('resources/list')).result?.['resources']).toEqual([
      { uri: 'docs://a', name: 'a', description: 'A.', mimeType: 'text/markdown' },
      { uri: 'docs://bytes', name: 'b', description: 'B.' },
    ]);
    expect((await request('resources/templates/list')).result?.['resourceTemplates']).toEqual([
      { uriTemplate: 'data://{id}', name: 'rows', description: 'Rows.' },
    ]);
  });

  it.each([
    ['docs://a', { mimeType: 'text/markdown', text: '# A' }],
    ['docs://bytes', { mimeType: 'application/octet-stream', blob: 'AQI=' }],
    ['data://7', { mimeType: 'text/plain', text: 'row 7' }],
  ])('are read: %s', async (uri, contents) => {
    expect((await request('resources/read', { uri })).result?.['contents']).toEqual([{ uri, ...contents }]);
  });

  it('refuse a cursor that was never given out', async () => {
    expect(await request('resources/list', { cursor: 'x' })).toMatchObject({ error: { code: -32602 } });
  });
});
