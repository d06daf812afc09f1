import { describe, expect, it } from 'vitest';
import { openGate } from './gate.ts';
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
