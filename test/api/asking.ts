import { afterAll, beforeAll, beforeEach } from 'vitest';
import { openSdkV2Server, type PlainTool, type ToolServer } from '@tramontane/testkit/tool-servers';
import type { ApiAnswer, ApiServer } from './open-api-server.ts';
import { lastToolTexts } from './scripted-models.ts';
import { record, records, text, type Json } from './shapes.ts';
import { useApi } from './use-api.ts';

// A bank whose tools need a person's word, and conversations in which a model asks for them.

export const tool = (name: string, change: Partial<PlainTool> = {}): PlainTool => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { properties: { n: { type: 'number' } } },
  handler: ({ n }) => `${name} ${String(n)} done`,
  ...change,
});
export const TOOLS = [tool('pay'), tool('mail'), tool('look')];

const ASK_USER = { type: 'function', function: { name: 'ask_user', parameters: { type: 'object' } } };
export const BANK = {
  type: 'connector',
  connector_id: 'bank',
  tool_configuration: { requires_confirmation: ['pay', 'mail'] },
};
export const allow = (tool_call_id: string) => ({ tool_call_id, confirmation: 'allow' });
export const deny = (tool_call_id: string) => ({ tool_call_id, confirmation: 'deny' });
export const outputsOf = (answer: ApiAnswer): Json[] => {
  if (answer.status !== 200) throw new Error(answer.text);
  return records(record(answer.json)['outputs']);
};

/** A conversation in which the model asked for these calls at once, and then says what it is told. */
export async function startAsking(api: ApiServer, names: readonly string[], more: Json = {}) {
  const model = api.models.plays(
    { toolCalls: names.map((name, n) => ({ name, arguments: { n } })) },
    request => ({ text: `Told: ${lastToolTexts(request).join(' | ')}` }),
    { text: 'And on.' },
  );
  const body = { model, inputs: 'Go', tools: [BANK, ASK_USER], ...more };
  const answer = await api.send('POST', '/v1/conversations', body);
  const outputs = outputsOf(answer);
  const ids = outputs.flatMap(({ type, tool_call_id }) =>
    type === 'function.call' ? text(tool_call_id) : [],
  );
  const conversationId = text(record(answer.json)['conversation_id']);
  return { conversationId, path: `/v1/conversations/${conversationId}`, outputs, ids, model };
}

/** A server that has the bank as a connector, for the tests of one file; each finds its tools as they are at first. */
export function useBank(): { readonly api: ApiServer; readonly tools: ToolServer; made(): string[] } {
  const rig = useApi();
  let opened: ToolServer | undefined;
  const tools = () => {
    if (!opened) throw new Error('The bank is open in tests only.');
    return opened;
  };
  beforeAll(async () => {
    opened = await openSdkV2Server({ tools: TOOLS });
    const connector = { name: 'bank', description: 'd', server: opened.url };
    const { status, text: answer } = await rig.api.send('POST', '/v1/connectors', connector);
    if (status !== 201) throw new Error(answer);
  });
  beforeEach(() => {
    tools().setTools(TOOLS);
    tools().calls.length = 0;
  });
  afterAll(() => opened?.close());
  return {
    get api() {
      return rig.api;
    },
    get tools() {
      return tools();
    },
    made: () => tools().calls.map(({ name }) => name),
  };
}
