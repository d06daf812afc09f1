import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { mcpTool } from './run-turn.ts';
import { record, records } from './shapes.ts';
import { asksFor, choicesOf, deltasOf, post, stream, textOf } from './read-completion.ts';

// Completions whose tools the server runs: API reference, chat.

let api: ApiServer;
let server: ToolServer;

beforeAll(async () => {
  [api, server] = await Promise.all([
    openApiServer(),
    openSdkV2Server({
      tools: [
        { name: 'stock', inputSchema: {}, handler: () => ({ pieces: 12 }) },
        {
          name: 'fails',
          inputSchema: {},
          handler: () => {
            throw new Error('The shelf fell over.');
          },
        },
      ],
    }),
  ]);
});

afterAll(async () => {
  await Promise.all([api?.close(), server?.close()]);
});

const USER = [{ role: 'user', content: 'How many?' }] as const;

describe("tools of the server's", () => {
  it('run on the server: their turns are in messages, the last word is the message', async () => {
    const model = asksFor(api, 'stock');
    const answer = await post(api, { model, messages: USER, tools: [mcpTool(server.url)] });
    const [choice] = records(answer['choices']);
    expect(choice).toMatchObject({
      finish_reason: 'stop',
      message: { role: 'assistant', content: expect.stringContaining('12'), tool_calls: null },
    });
    expect(choice?.['messages']).toMatchObject([
      { role: 'assistant', content: 'I look.', index: 0, tool_calls: [{ function: { name: 'stock' } }] },
      {
        role: 'tool',
        index: 1,
        content: expect.stringContaining('12'),
        metadata: { name: 'stock', is_error: false },
      },
      { role: 'assistant', content: expect.stringContaining('Told:'), index: 2 },
    ]);
  });

  it('appear in streams as metadata only, so that nobody runs or prints them', async () => {
    const model = asksFor(api, 'fails');
    const chunks = await stream(api, { model, messages: USER, tools: [mcpTool(server.url)] });
    expect(textOf(chunks)).toMatch(/^I look\.Told: .*The shelf fell over/);
    const deltas = deltasOf(chunks);
    expect(deltas.filter(({ tool_calls }) => tool_calls !== undefined)).toEqual([]);
    expect(deltas.filter(({ role }) => role === 'tool')).toMatchObject([
      { index: 1, content: null, metadata: { name: 'fails', is_error: true } },
    ]);
    expect(choicesOf(chunks).at(-1)).toMatchObject({ finish_reason: 'stop' });
  });

  it('of a server that is away are reported, and the answer comes all the same', async () => {
    const model = api.models.plays({ text: 'I have none.' }, { text: 'I have none.' });
    const body = { model, messages: USER, tools: [mcpTool('http://127.0.0.1:9')] };
    const [choice] = records((await post(api, body))['choices']);
    expect(choice).toMatchObject({
      message: { content: 'I have none.' },
      messages: [{ role: 'tool', metadata: { is_error: true, status: 'failed' } }, { role: 'assistant' }],
    });
    expect(deltasOf(await stream(api, body))[0]).toMatchObject({
      role: 'tool',
      metadata: { is_error: true },
    });
  });

  it('that need confirmation are never run: the model is told that they are refused', async () => {
    let ran = 0;
    const guarded = await openSdkV2Server({
      tools: [{ name: 'wipe', inputSchema: {}, handler: () => (ran += 1) }],
    });
    try {
      const tool = { ...mcpTool(guarded.url), tool_configuration: { requires_confirmation: ['wipe'] } };
      const body = { model: asksFor(api, 'wipe'), messages: USER, tools: [tool] };
      const [choice] = records((await post(api, body))['choices']);
      expect(choice).toMatchObject({ finish_reason: 'stop', message: { tool_calls: null } });
      const turns = records(choice?.['messages']);
      expect(turns[1]).toMatchObject({ role: 'tool', metadata: { name: 'wipe', is_error: true } });
      const deltas = deltasOf(await stream(api, body));
      expect(deltas.find(({ role }) => role === 'tool')).toMatchObject({ metadata: { is_error: true } });
      expect(ran).toBe(0);
    } finally {
      await guarded.close();
    }
  });

  it("cannot be given again under another name, without the confirmation that an agent's need", async () => {
    const connector = { name: 'shop', description: 'd', server: server.url };
    const { id } = record((await api.send('POST', '/v1/connectors', connector)).json);
    const model = api.models.answers(() => ({ text: 'Ok.' }));
    const tool = { type: 'connector', connector_id: 'shop' };
    const guarded = { ...tool, tool_configuration: { requires_confirmation: ['stock'] } };
    const agent = await api.send('POST', '/v1/agents', { model, name: 'A', tools: [guarded] });
    const body = { agent_id: record(agent.json)['id'], messages: USER };
    for (const connector_id of ['shop', id]) {
      const more = { ...body, tools: [{ ...tool, connector_id }] };
      expectError(await api.send('POST', '/v1/agents/completions', more), 422);
    }
    expect((await api.send('POST', '/v1/agents/completions', body)).status).toBe(200);
  });

  it('keep nothing: no agent, conversation, run or connector is left', async () => {
    const counts = async () =>
      await api.query(
        `select (select count(*) from tramontane.conversations) c, (select count(*) from tramontane.runs) r,
                (select count(*) from tramontane.connectors) k`,
      );
    const before = await counts();
    await post(api, { model: asksFor(api, 'stock'), messages: USER, tools: [mcpTool(server.url)] });
    expect(await counts()).toEqual(before);
  });
});
