import { describe, expect, it } from 'vitest';
import { openRestServer, openSdkV1Server, openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { openGate } from './gate.ts';
import { mcpTool, readHistory } from './run-turn.ts';
import { eventually, record, text, type Json } from './shapes.ts';
import { readFrames } from './read-stream.ts';
import { useApi } from './use-api.ts';

const rig = useApi();

const cancel = (id: string) => rig.api.send('POST', `/v1/conversations/${id}/cancel`);
const newest = async () => {
  const [found] = await rig.api.query(
    'select id from tramontane.conversations order by created_at desc limit 1',
  );
  return text(found?.['id']);
};

/** A turn whose model or tool is at work, and will not come to an end by itself. */
async function startHanging(openServer: typeof openSdkV2Server = openSdkV2Server, stream = false) {
  const { server, arrived, stopped } = await rig.openHangingTool(openServer);
  const model = rig.api.models.plays(
    { toolCalls: [{ name: 'look', arguments: {} }] },
    { text: 'Go on then.' },
  );
  const answer = rig.api.send('POST', '/v1/conversations', {
    model,
    inputs: 'Go',
    tools: [mcpTool(server.url)],
    stream,
  });
  await arrived.passed;
  return { id: await newest(), answer, stopped, server, model };
}

describe('cancelling', () => {
  it.each([
    ['SDK 1.x', openSdkV1Server],
    ['SDK 2.x', openSdkV2Server],
    ['REST form', openRestServer],
  ] as const)(
    'stops the turn and the call of its tool, and says that it may have run: %s',
    async (_name, open) => {
      const { id, answer, stopped } = await startHanging(open);
      expect((await cancel(id)).json).toEqual({
        object: 'conversation.cancellation',
        conversation_id: id,
        status: 'cancelled',
      });
      await stopped.passed;
      const response = await answer;
      expectError(response, 409);
      expect(response.json).toMatchObject({ type: 'run_cancelled' });
      const [, execution] = await readHistory(rig.api, id);
      expect(execution).toMatchObject({
        type: 'tool.execution',
        info: { status: 'unknown', is_error: true, code: 'cancelled' },
      });
      expect(JSON.stringify(execution)).toMatch(/may have run|not known whether the tool ran/);
      const events = await rig.api.query(
        `select event->'end'->>'reason' as reason from tramontane.run_events join tramontane.runs on id = run_id
       where conversation_id = $1 and event->>'type' = 'run.finished'`,
        [id],
      );
      expect(events).toEqual([{ reason: 'cancelled' }]);
    },
  );

  it('ends a stream with an error event; the conversation goes on, without a new question too', async () => {
    const { id, answer, model } = await startHanging(openSdkV2Server, true);
    expect((await cancel(id)).json).toMatchObject({ status: 'cancelled' });
    expect(readFrames((await answer).text).at(-1)).toMatchObject({
      event: 'conversation.response.error',
      data: { code: 409 },
    });
    const next = record((await rig.api.send('POST', `/v1/conversations/${id}`, {})).json);
    expect(next['outputs']).toMatchObject([{ content: 'Go on then.' }]);
    expect(rig.api.models.asked(model)).toHaveLength(2);
  });

  it('after a tool answered leaves no message that a vendor would refuse for its place', async () => {
    const { id, answer, model } = await startHanging();
    await cancel(id);
    expectError(await answer, 409);
    await rig.api.send('POST', `/v1/conversations/${id}`, { inputs: 'And now?' });
    const roles = rig.api.models.asked(model)[1]?.messages.map(({ role }) => role);
    expect(roles).toEqual(['user', 'assistant', 'tool', 'assistant', 'user']);
  });

  it('stops a model that speaks', async () => {
    const asked = openGate();
    const model = rig.api.models.plays(() => {
      asked.open();
      return { text: 'One two three four five', hangAfterChunks: 3 };
    });
    const before = rig.api.models.abandoned();
    const answer = rig.api.send('POST', '/v1/conversations', { model, inputs: 'Go' });
    await asked.passed;
    const id = await newest();
    expect((await cancel(id)).json).toMatchObject({ status: 'cancelled' });
    expectError(await answer, 409);
    await eventually('the model sees that nobody listens', () =>
      rig.api.models.abandoned() > before ? true : undefined,
    );
  });

  it('a run that another process carries is seen by its sweep', async () => {
    const { id, answer } = await startHanging();
    // What the other process writes when it is asked to cancel.
    await rig.api.query('update tramontane.runs set cancel_requested = true where conversation_id = $1', [
      id,
    ]);
    expectError(await answer, 409);
  });

  it('where nothing is under way does nothing, and nobody else can', async () => {
    const model = rig.api.models.plays({ text: 'Done.' });
    const started = record((await rig.api.send('POST', '/v1/conversations', { model, inputs: 'Hi' })).json);
    const id = text(started['conversation_id']);
    const history: Json[] = await readHistory(rig.api, id);
    expect((await cancel(id)).json).toMatchObject({ status: 'nothing_under_way' });
    expect(await readHistory(rig.api, id)).toEqual(history);
    expectError(await cancel('conv_nobody'), 404);
  });

  it('twice at once ends once', async () => {
    const { id, answer } = await startHanging();
    const both = await Promise.all([cancel(id), cancel(id)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expectError(await answer, 409);
  });
});
