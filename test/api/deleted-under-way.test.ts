import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSdkV2Server, type ToolServer } from '@tramontane/testkit/tool-servers';
import { expectError } from './expect-error.ts';
import { openGate } from './gate.ts';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { mcpTool } from './run-turn.ts';
import { eventually, text } from './shapes.ts';
import { expectRules } from './stream-rules.ts';

let api: ApiServer;
const opened: ToolServer[] = [];

beforeAll(async () => {
  api = await openApiServer();
});

afterAll(async () => {
  await api?.close();
  await Promise.all(opened.map(server => server.close()));
});

it.each([true, false])(
  'deleting a conversation cancels the tool call of its run and tells the caller, streamed: %s',
  async stream => {
    const arrived = openGate();
    const cancelled = openGate();
    const server = await openSdkV2Server({
      tools: [
        {
          name: 'look',
          inputSchema: {},
          // Only a cancellation ends it: without one this test never ends.
          handler: async (_args, { signal }) => {
            signal.addEventListener('abort', cancelled.open);
            arrived.open();
            await cancelled.passed;
            return 'too late';
          },
        },
      ],
    });
    opened.push(server);
    const model = api.models.plays({ toolCalls: [{ name: 'look', arguments: {} }] });
    const name = `deleted-${String(stream)}`;
    const body = { model, name, inputs: 'Go', stream, tools: [mcpTool(server.url)] };
    const call = api.send('POST', '/v1/conversations', body);
    await arrived.passed;
    const id = await eventually('the conversation', async () => {
      const [row] = await api.query('select id from tramontane.conversations where name = $1', [name]);
      return row && text(row['id']);
    });
    expect((await api.send('DELETE', `/v1/conversations/${id}`)).status).toBe(204);
    await cancelled.passed;
    const answer = await call;
    if (!stream) expectError(answer, 404);
    else
      expect(expectRules(answer.text).at(-1)).toMatchObject({
        event: 'conversation.response.error',
        data: { code: 404 },
      });
    expect(api.models.asked(model)).toHaveLength(1);
    expect(await api.query('select 1 from tramontane.runs where conversation_id = $1', [id])).toEqual([]);
  },
);
