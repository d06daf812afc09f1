import { describe, expect, it } from 'vitest';
import { openGate } from './gate.ts';
import { foldFrames, toFolded } from './read-stream.ts';
import { openReader } from './stream-reader.ts';
import { expectRules } from './stream-rules.ts';
import { mcpTool, readHistory } from './run-turn.ts';
import { text } from './shapes.ts';
import { useApi } from './use-api.ts';

const rig = useApi();

describe('the bytes of a stream', () => {
  it('say the text word by word, while the model still speaks', async () => {
    const gate = openGate();
    const server = await rig.openTool(async () => {
      await gate.passed;
      return 'late';
    });
    const model = rig.api.models.plays(
      { text: 'One two three. ', toolCalls: [{ name: 'look', arguments: {} }] },
      { text: 'Done.' },
    );
    const reader = await openReader(rig.api, { model, inputs: 'Go', tools: [mcpTool(server.url)] });
    // All this is heard before the tool has answered.
    await reader.until('"tool.execution.started"');
    expect(reader.heard().match(/message\.output\.delta\n/g)?.length).toBeGreaterThan(1);
    gate.open();
    expectRules(await reader.rest());
  });
});

describe('a call that the model writes piece by piece', () => {
  // One start and one delta are heard before the vendor says more.
  const slowCall = (until: Promise<unknown>) => ({
    toolCalls: [{ name: 'look', arguments: { where: 'in the cellar' } }],
    argumentPieces: 4,
    pause: { afterChunks: 3, until },
  });

  it('is heard before it is whole, and is not made before', async () => {
    const gate = openGate();
    let calls = 0;
    const server = await rig.openTool(() => `seen ${(calls += 1)}`);
    const model = rig.api.models.plays(slowCall(gate.passed), { text: 'Done.' });
    const reader = await openReader(rig.api, { model, inputs: 'Go', tools: [mcpTool(server.url)] });
    await reader.until('"tool.execution.delta"');
    expect(calls).toBe(0);
    gate.open();
    const frames = expectRules(await reader.rest());
    const history = await readHistory(rig.api, text(frames[0]?.data['conversation_id']));
    expect(foldFrames(frames)).toEqual(history.slice(1).map(toFolded));
    expect(history[1]).toMatchObject({ type: 'tool.execution', arguments: '{"where":"in the cellar"}' });
    expect(calls).toBe(1);
  });

  it('ends as not made when the vendor breaks off and is asked again', async () => {
    const gate = openGate();
    let calls = 0;
    const server = await rig.openTool(() => `seen ${(calls += 1)}`);
    const model = rig.api.models.plays(
      { ...slowCall(gate.passed), dropAfterChunks: 3 },
      { ...slowCall(gate.passed) },
      { text: 'Done.' },
    );
    const reader = await openReader(rig.api, { model, inputs: 'Go', tools: [mcpTool(server.url)] });
    await reader.until('"tool.execution.delta"');
    gate.open();
    const frames = expectRules(await reader.rest());
    const history = await readHistory(rig.api, text(frames[0]?.data['conversation_id']));
    const [broken, ...kept] = foldFrames(frames);
    expect(broken).toMatchObject({ name: 'look', info: { status: 'failed', code: 'unfinished' } });
    expect(kept).toEqual(history.slice(1).map(toFolded));
    expect(kept).toMatchObject([
      { type: 'tool.execution', info: { status: 'done' } },
      { content: ['Done.'] },
    ]);
    expect(calls).toBe(1);
  });
});

describe('a vendor that fails', () => {
  it('can be asked again in the same conversation', async () => {
    const model = rig.api.models.plays({ status: 400 }, { text: 'Better.' });
    const failed = await rig.api.send('POST', '/v1/conversations', { model, inputs: 'Hi', stream: true });
    const id = text(expectRules(failed.text)[0]?.data['conversation_id']);
    const next = await rig.api.send('POST', `/v1/conversations/${id}`, { inputs: 'Again', stream: true });
    expect(expectRules(next.text).at(-1)?.event).toBe('conversation.response.done');
    expect((await readHistory(rig.api, id)).map(({ content }) => content)).toEqual([
      'Hi',
      'Again',
      'Better.',
    ]);
  });
});
