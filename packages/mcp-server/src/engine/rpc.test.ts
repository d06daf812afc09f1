import { describe, expect, it } from 'vitest';
import { createEngineFixture, send } from './engine.fixture.ts';

const { server } = createEngineFixture();

describe('what is not a message', () => {
  it.each([
    [null, undefined],
    ['text', undefined],
    [[{ jsonrpc: '2.0', id: 1, method: 'ping' }], undefined],
    [{ id: 1, method: 'ping' }, 1],
    [{ jsonrpc: '1.0', id: 1, method: 'ping' }, 1],
    [{ jsonrpc: '2.0', id: 1 }, 1],
    [{ jsonrpc: '2.0', id: 1, result: {} }, 1],
    [{ jsonrpc: '2.0', id: null, method: 'ping' }, undefined],
    [{ jsonrpc: '2.0', id: 1.5, method: 'ping' }, undefined],
    [{ jsonrpc: '2.0', id: {}, method: 'ping' }, undefined],
  ])('%j is refused with 400 and -32600', async (message, id) => {
    const answered = await send(server, message);
    expect(answered).toMatchObject({ status: 400, error: { code: -32600 } });
    expect(answered.id).toBe(id);
  });

  it('params that are no object are refused with -32602', async () => {
    expect(await send(server, { jsonrpc: '2.0', id: 'a', method: 'ping', params: [] })).toMatchObject({
      status: 400,
      id: 'a',
      error: { code: -32602 },
    });
  });
});
