import { describe, expect, it } from 'vitest';
import { askLegacy, createEngineFixture, send } from '../engine.fixture.ts';

const { server } = createEngineFixture();
const legacy = askLegacy(server);

describe('2025', () => {
  it.each([
    ['2025-11-25', '2025-11-25'],
    ['2025-06-18', '2025-06-18'],
    ['2025-03-26', '2025-03-26'],
    ['2024-11-05', '2024-11-05'],
    ['2023-01-01', '2025-11-25'],
  ])('initialize %s is answered with %s', async (asked, answered) => {
    const { result } = await legacy('initialize', {
      protocolVersion: asked,
      capabilities: {},
      clientInfo: {},
    });
    expect(result).toEqual({
      protocolVersion: answered,
      capabilities: { tools: {}, resources: {} },
      serverInfo: { name: 'shop', version: '1.2.3' },
      instructions: 'Add, then ask.',
    });
  });

  it('answers ping, and takes notifications', async () => {
    expect(await legacy('ping')).toMatchObject({ status: 200, result: {} });
    expect(await send(server, { jsonrpc: '2.0', method: 'notifications/initialized' })).toEqual({
      status: 202,
    });
  });

  it('does not know what it does not offer', async () => {
    expect(await legacy('logging/setLevel')).toMatchObject({ status: 200, error: { code: -32601 } });
    expect(await legacy('server/discover')).toMatchObject({ status: 200, error: { code: -32601 } });
  });

  it('has only objects as structured content', async () => {
    const { result } = await legacy('tools/call', { name: 'rows' });
    expect(result).toEqual({ content: [{ type: 'text', text: '[{"type":"text","id":1}]' }] });
  });

  it('says -32002 for a resource that is not there', async () => {
    const uri = 'docs://none';
    expect(await legacy('resources/read', { uri })).toMatchObject({ error: { code: -32002, data: { uri } } });
  });
});
