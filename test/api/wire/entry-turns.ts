import { mcpTool } from '../run-turn.ts';
import { record, records, type Json } from '../shapes.ts';
import { FUNCTION, pathOf, type Wire } from './open-wire.ts';

// Turns that begin with entries of a caller, or that end with what a model says.

/** The history of a conversation that began with these entries and a question. */
export async function historyOf(wire: Wire, entries: readonly Json[]): Promise<Json[]> {
  const model = wire.says();
  const inputs = [...entries, { role: 'user', content: 'And now?' }];
  const path = pathOf.conversation(await wire.start({ model, inputs }));
  return records(record(await wire.get(`${path}/history`))['entries']);
}
export const outputsOf = async (wire: Wire, model: string) =>
  records((await wire.start({ model, tools: [mcpTool(wire.tools), FUNCTION] }))['outputs']);

export const REPLY = {
  type: 'message.output',
  role: 'assistant',
  content: 'Hello.',
  agent_id: 'ag_a',
  model: 'm',
};
