import { describe, expect, it } from 'vitest';
import { createGate, createShop } from '../http/shop.fixture.ts';
import { openTestClient, TestRpcError } from './index.ts';

describe.each(['2026-07-28', '2025-11-25'] as const)('a test client of %s', era => {
  it('lists, calls and reads', async () => {
    await using client = await openTestClient(createShop(), { era });
    expect((await client.listTools()).map(tool => tool.name)).toContain('add');
    const sum = await client.callTool<{ sum: number }>('add', { a: 1, b: 2 });
    expect(sum).toMatchObject({ isError: false, text: '{"sum":3}' });
    expect(sum.structuredContent.sum).toBe(3);
    expect(await client.callTool('broken')).toMatchObject({ isError: true });
    expect((await client.readResource('data://users')).text).toBe('users');
    expect(await client.listResources()).toHaveLength(1);
    expect(await client.listResourceTemplates()).toHaveLength(1);
  });

  it('throws errors of the protocol with their code', async () => {
    await using client = await openTestClient(createShop(), { era });
    const failed = await client.callTool('nope').catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(TestRpcError);
    expect(failed).toMatchObject({ rpcCode: -32602, message: expect.stringContaining('Unknown tool') });
  });

  it('cancels by its signal', async () => {
    const gate = createGate();
    await using client = await openTestClient(createShop(gate), { era });
    const caller = new AbortController();
    const calling = client.callTool('gated', {}, { signal: caller.signal });
    const signal = await gate.begun.promise;
    caller.abort(new Error('enough'));
    await expect(calling).rejects.toThrow('enough');
    expect(signal.aborted).toBe(true);
  });

  it('fails what it waits for when it is closed', async () => {
    const gate = createGate();
    const client = await openTestClient(createShop(gate), { era });
    const calling = client.callTool('gated');
    const waiting = client.nextNotification('notifications/message');
    const failures = Promise.allSettled([calling, waiting]);
    const signal = await gate.begun.promise;
    await client.close();
    expect((await failures).map(one => one.status)).toEqual(['rejected', 'rejected']);
    expect(signal.aborted).toBe(true);
  });
});
