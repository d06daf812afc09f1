import { expect } from 'vitest';
import type { ApiServer } from './open-api-server.ts';
import { foldFrames, readFrames, toFolded } from './read-stream.ts';
import { lastToolTexts } from './scripted-models.ts';
import { record, records, text, type Json } from './shapes.ts';

export interface EndedTurn {
  readonly conversationId: string;
  readonly outputs: Json[];
  readonly usage: Json;
}

/**
 * One turn of a new conversation that must end well, plain or streamed. Of a stream it also checks that its events,
 * put together, are the entries of the history.
 */
export async function runTurn(api: ApiServer, body: Json, stream = false): Promise<EndedTurn> {
  const answer = await api.send('POST', '/v1/conversations', { ...body, stream });
  if (answer.status !== 200) throw new Error(answer.text);
  if (!stream) {
    const json = record(answer.json);
    return {
      conversationId: text(json['conversation_id']),
      outputs: records(json['outputs']),
      usage: record(json['usage']),
    };
  }
  const frames = readFrames(answer.text);
  const last = frames.at(-1);
  expect(last?.event).toBe('conversation.response.done');
  const conversationId = text(frames[0]?.data['conversation_id']);
  const outputs = (await readHistory(api, conversationId)).filter(({ type }) => type !== 'message.input');
  expect(foldFrames(frames)).toEqual(outputs.map(toFolded));
  return { conversationId, outputs, usage: record(last?.data['usage']) };
}

export async function readHistory(api: ApiServer, conversationId: string): Promise<Json[]> {
  const answer = await api.send('GET', `/v1/conversations/${conversationId}/history`);
  if (answer.status !== 200) throw new Error(answer.text);
  return records(record(answer.json)['entries']);
}

/** A new model that calls this tool if it has it, and then says what it was told. */
export function modelThatCalls(api: ApiServer, tool: string): string {
  return api.models.answers(request => {
    const told = lastToolTexts(request);
    if (told.length > 0) return { text: `Told: ${told.join(' | ')}` };
    return request.tools.some(({ name }) => name === tool)
      ? { toolCalls: [{ name: tool, arguments: {} }] }
      : { text: 'I have no such tool.' };
  });
}

/** A tool of the guide's type. `rest`: auth, timeout, tool_configuration. */
export function mcpTool(server_url: string, rest: Json = {}): Json {
  return { type: 'mcp', config: { server_url, ...rest } };
}

/** What is in a list of outputs: names of tools, types of other entries. */
export function namesOf(outputs: readonly Json[]): unknown[] {
  return outputs.map(({ name, type }) => name ?? type);
}
