import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { openGate } from './gate.ts';
import { lastToolTexts } from './scripted-models.ts';
import { record, records, text, type Json } from './shapes.ts';

let api: ApiServer;
let tools: ToolServer;

beforeAll(async () => {
  [api, tools] = await Promise.all([
    openApiServer(),
    openSdkV2Server({ tools: [{ name: 'noop', inputSchema: {}, handler: () => 'done' }] }),
  ]);
});

afterAll(async () => {
  await Promise.all([api?.close(), tools?.close()]);
});

const FUNCTION = { type: 'function', function: { name: 'ask_user', parameters: { type: 'object' } } };

/** A conversation that waits for the results of these calls of the caller's function. */
async function startWaiting(calls: number): Promise<{ path: string; callIds: string[]; model: string }> {
  const model = api.models.plays(
    { toolCalls: Array.from({ length: calls }, (_, n) => ({ name: 'ask_user', arguments: { n } })) },
    request => ({ text: `Heard: ${lastToolTexts(request).join(', ')}` }),
    { text: 'Later.' },
  );
  const started = await api.send('POST', '/v1/conversations', { model, inputs: 'Go', tools: [FUNCTION] });
  const body = record(started.json);
  const outputs = records(body['outputs']);
  expect(outputs.map(({ type }) => type)).toEqual(Array.from({ length: calls }, () => 'function.call'));
  const callIds = outputs.map(entry => text(entry['tool_call_id']));
  return { path: `/v1/conversations/${text(body['conversation_id'])}`, callIds, model };
}

const result = (tool_call_id: string, value: string) => ({
  type: 'function.result',
  tool_call_id,
  result: value,
});

describe('function calls that wait', () => {
  it('are answered all at once, and only then', async () => {
    const { path, callIds, model } = await startWaiting(2);
    const [first = '', second = ''] = callIds;
    const refused: Json[] = [
      { inputs: 'Never mind' },
      {},
      { inputs: [] },
      { inputs: [], tool_confirmations: null },
      { inputs: [result(first, 'one')] },
      { inputs: [result('Zzzzzzzzz', 'one')] },
      { inputs: [result(first, 'one'), result(first, 'again'), result(second, 'two')] },
      { inputs: [{ role: 'user', content: 'And?' }, result(first, 'one')] },
    ];
    for (const body of refused) {
      for (const stream of [false, true]) {
        const answer = await api.send('POST', path, { ...body, stream });
        expectError(answer, 400);
        expect(answer.json).toMatchObject({ type: 'invalid_request_error', code: '3230' });
      }
    }
    // Nothing of a refused append is kept, and nobody was asked.
    const before = records(record((await api.send('GET', `${path}/history`)).json)['entries']);
    expect(before.map(({ type }) => type)).toEqual(['message.input', 'function.call', 'function.call']);
    expect(api.models.asked(model)).toHaveLength(1);

    const answered = await api.send('POST', path, {
      inputs: [result(second, 'two'), result(first, 'one'), { role: 'user', content: 'And now?' }],
    });
    expect(answered.status).toBe(200);
    const told = api.models.asked(model)[1]?.messages.map(({ role, content }) => [role, content]);
    expect(told?.slice(2)).toEqual([
      ['tool', 'one'],
      ['tool', 'two'],
      ['assistant', expect.any(String)],
      ['user', 'And now?'],
    ]);
    expectError(await api.send('POST', path, { inputs: [result(first, 'one')] }), 400);
  });

  it('refuse a confirmation that nobody waits for', async () => {
    const { path, callIds } = await startWaiting(1);
    const answer = await api.send('POST', path, {
      tool_confirmations: [{ tool_call_id: callIds[0], confirmation: 'allow' }],
    });
    expectError(answer, 422);
    expect(records(record(answer.json)['detail'])[0]?.['loc']).toEqual([
      'body',
      'tool_confirmations',
      0,
      'tool_call_id',
    ]);
  });

  it('come in a start too, when their results are there', async () => {
    const model = api.models.plays(request => ({ text: lastToolTexts(request).join() }));
    const call = { type: 'function.call', tool_call_id: 'abcDEF123', name: 'ask_user', arguments: '{}' };
    const question = { role: 'user', content: 'Go' };
    const open = await api.send('POST', '/v1/conversations', { model, inputs: [question, call] });
    expectError(open, 400);
    const inputs = [question, call, result('abcDEF123', 'told')];
    const started = await api.send('POST', '/v1/conversations', { model, inputs, tools: [FUNCTION] });
    expect(records(record(started.json)['outputs'])).toMatchObject([{ content: 'told' }]);
  });
});

it('a document that the vendor can never be sent is refused before it is kept', async () => {
  const model = api.models.answers(() => ({ text: 'Fine.' }));
  const started = await api.send('POST', '/v1/conversations', { model, inputs: 'Hi' });
  const path = `/v1/conversations/${text(record(started.json)['conversation_id'])}`;
  const content = [{ type: 'document_url', document_url: 'https://docs.example/a.pdf' }];
  const inputs = [{ role: 'user', content }];
  for (const stream of [false, true]) {
    const answer = await api.send('POST', path, { inputs, stream });
    expectError(answer, 400);
    expect(record(answer.json)['message']).toMatch(/cannot be sent this: .*data: address/);
  }
  expect((await api.send('POST', path, { inputs: 'Never mind.' })).status).toBe(200);
  const sent = [{ type: 'image_url', image_url: 'https://docs.example/a.png' }];
  const picture = await api.send('POST', path, { inputs: [{ role: 'user', content: sent }] });
  expect(picture.status).toBe(200);
  // Nothing was asked beside the turns themselves.
  expect(api.models.asked(model)).toHaveLength(3);
  expect(records(record((await api.send('GET', `${path}/history`)).json)['entries'])).toHaveLength(6);
});

it('the error of a turn that failed says in which conversation it went on so far', async () => {
  const tool = { type: 'mcp', config: { server_url: tools.url } };
  const model = api.models.plays(
    { toolCalls: [{ name: 'noop', arguments: {} }] },
    { status: 400 },
    { text: 'There.' },
    { status: 400 },
  );
  const failed = await api.send('POST', '/v1/conversations', { model, inputs: 'Go', tools: [tool] });
  expectError(failed, 400);
  const [id = ''] = /conv_[0-9a-f]{32}/.exec(text(record(failed.json)['message'])) ?? [];
  const goneOn = await api.send('POST', `/v1/conversations/${id}`, {});
  expect(records(record(goneOn.json)['outputs'])).toMatchObject([{ content: 'There.' }]);
  const unstored = await api.send('POST', '/v1/conversations', { model, inputs: 'Go', store: false });
  expectError(unstored, 400);
  expect(unstored.text).not.toContain('conv_');
});

describe('an append at the wrong time', () => {
  it('while a turn is under way is 409, and the turn ends as if nothing had been', async () => {
    const gate = openGate();
    const model = api.models.plays(
      async () => {
        await gate.passed;
        return { text: 'At last.' };
      },
      { text: 'Next.' },
    );
    const agent = record((await api.send('POST', '/v1/agents', { model, name: 'Slow' })).json);
    const stream = await api.sdk.beta.conversations.startStream({ agentId: text(agent['id']), inputs: 'Hi' });
    const reader = stream.getReader();
    const { value } = await reader.read();
    if (value?.data.type !== 'conversation.response.started') throw new Error('No start.');
    const path = `/v1/conversations/${value.data.conversationId}`;
    expectError(await api.send('POST', path, { inputs: 'Second' }), 409);
    expectError(await api.send('POST', path, { inputs: 'Second', stream: true }), 409);
    gate.open();
    for (let next = await reader.read(); !next.done; next = await reader.read());
    const history = records(record((await api.send('GET', `${path}/history`)).json)['entries']);
    expect(history.map(({ content }) => content)).toEqual(['Hi', 'At last.']);
    expect((await api.send('POST', path, { inputs: 'Third' })).status).toBe(200);
  });

  it('of three at once one is answered and two are 409', async () => {
    const gate = openGate();
    const model = api.models.plays({ text: 'One.' }, async () => {
      await gate.passed;
      return { text: 'Two.' };
    });
    const started = record((await api.send('POST', '/v1/conversations', { model, inputs: 'Go' })).json);
    const path = `/v1/conversations/${text(started['conversation_id'])}`;
    let lost = 0;
    const all = ['a', 'b', 'c'].map(inputs =>
      api.send('POST', path, { inputs }).then(answer => {
        // The losers answer while the winner still waits for its model.
        if (answer.status === 409) lost += 1;
        if (lost === 2) gate.open();
        return answer.status;
      }),
    );
    expect((await Promise.all(all)).sort((a, b) => a - b)).toEqual([200, 409, 409]);
  });

  it('after the agent was deleted is 404; the history stays', async () => {
    const model = api.models.plays({ text: 'Hello.' });
    const agent = record((await api.send('POST', '/v1/agents', { model, name: 'Gone' })).json);
    const agentId = text(agent['id']);
    const started = record(
      (await api.send('POST', '/v1/conversations', { agent_id: agentId, inputs: 'Hi' })).json,
    );
    expect((await api.send('DELETE', `/v1/agents/${agentId}`)).status).toBe(204);
    const path = `/v1/conversations/${text(started['conversation_id'])}`;
    expectError(await api.send('POST', path, { inputs: 'Still there?' }), 404);
    expect(records(record((await api.send('GET', `${path}/history`)).json)['entries'])).toHaveLength(2);
  });
});

it('an agent outlives its connector: clients can send its tools back', async () => {
  const connector = { name: 'gone_soon', description: 'd', server: tools.url };
  const { id } = record((await api.send('POST', '/v1/connectors', connector)).json);
  const agent = record(
    (
      await api.send('POST', '/v1/agents', {
        model: api.models.plays({ text: 'Still here.' }),
        name: 'A',
        tools: [{ type: 'connector', connector_id: 'gone_soon' }],
      })
    ).json,
  );
  await api.send('DELETE', `/v1/connectors/${text(id)}`);
  const path = `/v1/agents/${text(agent['id'])}`;
  const patched = await api.send('PATCH', path, { tools: agent['tools'], name: 'B' });
  expect(patched.json).toMatchObject({ name: 'B', tools: agent['tools'] });
  const started = await api.send('POST', '/v1/conversations', { agent_id: agent['id'], inputs: 'Hi' });
  expect(records(record(started.json)['outputs'])).toMatchObject([{ content: 'Still here.' }]);
});

it('an agent just loses the tools of a connector that was deleted', async () => {
  const connector = record(
    (await api.send('POST', '/v1/connectors', { name: 'short_lived', description: 'd', server: tools.url }))
      .json,
  );
  const model = api.models.plays({ text: 'One.' }, { text: 'Two.' });
  const started = record(
    (
      await api.send('POST', '/v1/conversations', {
        model,
        inputs: 'Go',
        tools: [{ type: 'connector', connector_id: 'short_lived' }],
      })
    ).json,
  );
  await api.send('DELETE', `/v1/connectors/${text(connector['id'])}`);
  const path = `/v1/conversations/${text(started['conversation_id'])}`;
  const answer = await api.send('POST', path, { inputs: 'Go on' });
  expect(records(record(answer.json)['outputs'])).toMatchObject([{ content: 'Two.' }]);
  expect(api.models.asked(model).map(asked => asked.tools.map(({ name }) => name))).toEqual([['noop'], []]);
});
