import { expect } from 'vitest';
import { completionChunkSchema, completionResponseSchema } from '@tramontane/wire';
import type { ApiServer } from './open-api-server.ts';
import { lastToolTexts } from './scripted-models.ts';
import { record, records, type Json } from './shapes.ts';

const PATH = '/v1/chat/completions';

/** The answer of a completion. */
export async function post(api: ApiServer, body: Json): Promise<Json> {
  const answer = await api.send('POST', PATH, body);
  if (answer.status !== 200) throw new Error(answer.text);
  completionResponseSchema.parse(answer.json);
  return record(answer.json);
}

/** The frames of a streamed completion; the last must be `[DONE]`. */
export async function stream(api: ApiServer, body: Json): Promise<Json[]> {
  const answer = await api.send('POST', PATH, { ...body, stream: true });
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const frames = answer.text.split('\n\n').filter(frame => frame !== '');
  expect(frames.pop()).toBe('data: [DONE]');
  return frames.map(frame => {
    const chunk: unknown = JSON.parse(frame.replace(/^data: /, ''));
    completionChunkSchema.parse(chunk);
    return record(chunk);
  });
}

export const choicesOf = (chunks: readonly Json[]) => chunks.flatMap(({ choices }) => records(choices));
export const deltasOf = (chunks: readonly Json[]) => choicesOf(chunks).map(({ delta }) => record(delta));
export const textOf = (chunks: readonly Json[]) =>
  deltasOf(chunks)
    .map(({ content }) => (typeof content === 'string' ? content : ''))
    .join('');

/** A model that asks for a tool of the server first, then says what it was told. */
export const asksFor = (api: ApiServer, tool: string) =>
  api.models.answers(request => {
    const told = lastToolTexts(request);
    if (told.length > 0) return { text: `Told: ${told.join(' ')}` };
    return { text: 'I look.', toolCalls: [{ name: tool, arguments: { shelf: 3 } }] };
  });
