import { randomUUID } from 'node:crypto';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError } from './expect-error.ts';
import { openGate } from './gate.ts';
import { openApiServer, type ApiAnswer, type ApiServer } from './open-api-server.ts';
import { foldFrames, readFrames } from './read-stream.ts';
import { mcpTool, readHistory } from './run-turn.ts';
import { record, records, text, type Json } from './shapes.ts';
import { openReader } from './stream-reader.ts';

let api: ApiServer;
let tools: ToolServer;
beforeAll(async () => {
  [api, tools] = await Promise.all([
    openApiServer(),
    openSdkV2Server({ tools: [{ name: 'look', inputSchema: {}, handler: () => 'seen' }] }),
  ]);
});
afterAll(async () => {
  await Promise.all([api?.close(), tools?.close()]);
});

const post = (path: string, body: Json, key: string, as = api.key): Promise<ApiAnswer> =>
  api.send('POST', path, body, { 'idempotency-key': key, authorization: `Bearer ${as}` });
const idOf = (answer: ApiAnswer): string => text(record(answer.json)['conversation_id']);

/** A model that from a question on answers once the door is open, and tells when it was asked. */
function slowModel(from = 0) {
  const door = openGate();
  const asked = openGate();
  const model = api.models.answers(async (_request, n) => {
    if (n >= from) asked.open();
    if (n >= from) await door.passed;
    return { text: `Answer ${randomUUID()}` };
  });
  return { model, door, asked };
}

async function started(): Promise<{ id: string; model: string }> {
  const model = api.models.answers(() => ({ text: `Answer ${randomUUID()}` }));
  const answer = await api.send('POST', '/v1/conversations', { model, inputs: 'Hello' });
  return { id: idOf(answer), model };
}

describe('the same key and the same request', () => {
  it('start one turn, and give its answer again', async () => {
    const key = randomUUID();
    const model = api.models.answers(() => ({ text: `Answer ${randomUUID()}` }));
    const first = await post('/v1/conversations', { model, inputs: 'Hello' }, key);
    expect(first.status).toBe(200);
    // The same fields in another order are the same request.
    const again = await post('/v1/conversations/', { inputs: 'Hello', model }, key);
    expect(again.text).toBe(first.text);
    expect(api.models.asked(model)).toHaveLength(1);
  });

  it('are the same from the official client, which sends the key as a header', async () => {
    const model = api.models.answers(() => ({ text: `Answer ${randomUUID()}` }));
    const options = { fetchOptions: { headers: { 'Idempotency-Key': randomUUID() } } };
    const ask = () => api.sdk.beta.conversations.start({ model, inputs: 'Hello' }, options);
    expect(await ask()).toEqual(await ask());
    expect(api.models.asked(model)).toHaveLength(1);
  });

  it('of twenty at once make one conversation with one run, and all hear its answer', async () => {
    const key = randomUUID();
    const model = api.models.answers(() => ({ text: `Answer ${randomUUID()}` }));
    const body = { model, inputs: 'Hello', name: key };
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('/v1/conversations', body, key)));
    expect(new Set(answers.map(({ status, text: said }) => `${status} ${said}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(api.models.asked(model)).toHaveLength(1);
    expect(
      await api.query(
        'select r.id from tramontane.runs r join tramontane.conversations c on c.id = conversation_id where name = $1',
        [key],
      ),
    ).toHaveLength(1);
  });

  it('streamed, while the turn is under way, are heard from its first event', async () => {
    const { model, door, asked } = slowModel();
    const body = { model, inputs: 'Hello' };
    const headers = { 'idempotency-key': randomUUID() };
    const first = await openReader(api, body, headers);
    await asked.passed;
    const second = await openReader(api, body, headers);
    await second.until('conversation.response.started');
    door.open();
    const [one = [], two = []] = (await Promise.all([first.rest(), second.rest()])).map(readFrames);
    expect(one[0]?.data['conversation_id']).toBe(two[0]?.data['conversation_id']);
    expect(foldFrames(two)).toEqual(foldFrames(one));
    expect(two.at(-1)?.event).toBe('conversation.response.done');
    expect(api.models.asked(model)).toHaveLength(1);
    // Long after the end it is all there too.
    const third = readFrames(await (await openReader(api, body, headers)).rest());
    expect(foldFrames(third)).toEqual(foldFrames(one));
  });

  it.each([
    ['speaks', 'message.output', { text: 'One two three four.' }],
    [
      'writes a call',
      'tool.execution',
      { toolCalls: [{ name: 'look', arguments: { where: 'here' } }], argumentPieces: 4 },
    ],
  ])(
    'streamed, while the model %s, are heard from the beginning of its answer',
    async (_does, type, half) => {
      const door = openGate();
      const model = api.models.plays(
        { ...half, pause: { afterChunks: 3, until: door.passed } },
        { text: 'Done.' },
      );
      const body = { model, inputs: 'Hello', tools: [mcpTool(tools.url)] };
      const headers = { 'idempotency-key': randomUUID() };
      const first = await openReader(api, body, headers);
      await first.until('.delta\n');
      const second = await openReader(api, body, headers);
      await second.until('conversation.response.started');
      door.open();
      const [one = [], two = []] = (await Promise.all([first.rest(), second.rest()])).map(readFrames);
      expect(foldFrames(one)[0]).toMatchObject({ type });
      expect(foldFrames(two)).toEqual(foldFrames(one));
    },
  );

  it('on an append wait for its turn, while one with another key is refused', async () => {
    const { model, door, asked } = slowModel(1);
    const path = `/v1/conversations/${idOf(await api.send('POST', '/v1/conversations', { model, inputs: 'Hello' }))}`;
    const key = randomUUID();
    const first = post(path, { inputs: 'Go on' }, key);
    await asked.passed;
    const second = post(path, { inputs: 'Go on' }, key);
    expectError(await post(path, { inputs: 'Go on' }, randomUUID()), 409);
    expectError(await api.send('POST', path, { inputs: 'Go on' }), 409);
    door.open();
    const [one, two] = await Promise.all([first, second]);
    expect(one).toMatchObject({ status: 200, text: two.text });
    expect((await post(path, { inputs: 'Go on' }, key)).text).toBe(one.text);
    expect(await readHistory(api, path.split('/').at(-1) ?? '')).toHaveLength(4);
  });

  it('on an append, twenty at once, make one run', async () => {
    const { id, model } = await started();
    const path = `/v1/conversations/${id}`;
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(path, { inputs: 'Go on' }, key)));
    expect(new Set(answers.map(({ status, text: said }) => `${status} ${said}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(api.models.asked(model)).toHaveLength(2);
  });

  it('restart once', async () => {
    const { id } = await started();
    const [entry] = await readHistory(api, id);
    const key = randomUUID();
    const body = { inputs: 'Again', from_entry_id: record(entry)['id'] };
    const first = await post(`/v1/conversations/${id}/restart`, body, key);
    expect(first.status).toBe(200);
    expect((await post(`/v1/conversations/${id}/restart`, body, key)).text).toBe(first.text);
    expect(idOf(first)).not.toBe(id);
  });

  it('give a failure again too: what went wrong is the result', async () => {
    const key = randomUUID();
    const model = api.models.plays({ status: 400, body: {} }, { text: 'Late' });
    const first = await post('/v1/conversations', { model, inputs: 'Hello' }, key);
    expect(first.status).toBeGreaterThanOrEqual(400);
    const again = await post('/v1/conversations', { model, inputs: 'Hello' }, key);
    expect(again.text).toBe(first.text);
    expect(api.models.asked(model)).toHaveLength(1);
  });
});

describe('the same key', () => {
  it('with other words, or for another endpoint, is refused and says for what it was used', async () => {
    const key = randomUUID();
    const { id, model } = await started();
    const first = await post('/v1/conversations', { model, inputs: 'Hello' }, key);
    for (const other of [
      await post('/v1/conversations', { model, inputs: 'Goodbye' }, key),
      await post('/v1/conversations', { model, inputs: 'Hello', stream: true }, key),
      await post(`/v1/conversations/${id}`, { inputs: 'Hello' }, key),
      await post('/v1/connectors/any/tools/any/call', {}, key),
    ]) {
      expectError(other, 422);
      expect(records(record(other.json)['detail'])).toMatchObject([
        {
          loc: ['header', 'idempotency-key'],
          type: 'other_arguments',
          msg: 'This idempotency key was used for POST /v1/conversations with other arguments. A new request needs a new key.',
        },
      ]);
    }
    expect((await post('/v1/conversations', { model, inputs: 'Hello' }, key)).text).toBe(first.text);
  });

  it('of another user is another key', async () => {
    const key = randomUUID();
    const { model } = await started();
    const other = await api.makeKey({ user: 'somebody-else' });
    const body = { model, inputs: 'Hello' };
    const mine = await post('/v1/conversations', body, key);
    const theirs = await post('/v1/conversations', body, key, other);
    expect(theirs.status).toBe(200);
    expect(idOf(theirs)).not.toBe(idOf(mine));
  });

  it('is free after a request that began nothing', async () => {
    const key = randomUUID();
    const { model } = await started();
    expectError(await post('/v1/conversations', { model, inputs: '' }, key), 422);
    expectError(await post('/v1/conversations', { agent_id: 'ag_none', inputs: 'Hello' }, key), 404);
    expect((await post('/v1/conversations', { model, inputs: 'Hello' }, key)).status).toBe(200);
  });

  it('does not begin anew what was deleted', async () => {
    const key = randomUUID();
    const { model } = await started();
    const first = await post('/v1/conversations', { model, inputs: 'Hello' }, key);
    await api.send('DELETE', `/v1/conversations/${idOf(first)}`);
    const again = await post('/v1/conversations', { model, inputs: 'Hello' }, key);
    expectError(again, 404);
    expect(again.text).toContain(`conversation ${idOf(first)} was deleted`);
    expect(api.models.asked(model)).toHaveLength(2);
  });
});

describe('a key is refused, and nothing begins', () => {
  it.each([
    ['without storage', '/v1/conversations', { store: false }, 'k', /Leave out one of the two/],
    ['that is empty', '/v1/conversations', {}, '', /holds no key/],
    ['that is too long', '/v1/conversations', {}, 'k'.repeat(256), /255 characters at most, this one 256/],
    ['for a completion', '/v1/chat/completions', { messages: [] }, 'k', /takes no Idempotency-Key/],
    ['for an agent', '/v1/agents', { name: 'A' }, 'k', /POST \/v1\/agents takes no Idempotency-Key/],
  ])('%s', async (_what, path, body, key, words) => {
    const model = api.models.answers(() => ({ text: 'Never' }));
    const answer = await post(path, { model, inputs: 'Hello', ...body }, key);
    expectError(answer, 400);
    expect(record(answer.json)['message']).toMatch(words);
    expect(api.models.asked(model)).toHaveLength(0);
  });
});
