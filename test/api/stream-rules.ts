import { expect } from 'vitest';
import { conversationEventSchema } from '@tramontane/wire';
import { foldFrames, readFrames, toFolded, type Frame } from './read-stream.ts';
import { isRecord, text, type Json } from './shapes.ts';

/** Rules of a conversation's stream (API notes, section 4), on the bytes as they came. */
export function expectRules(bytes: string): Frame[] {
  expect(bytes).not.toContain('[DONE]');
  expect(bytes).not.toContain('\r');
  const frames = readFrames(bytes);
  expect(frames[0]?.event).toBe('conversation.response.started');
  const last = frames.at(-1)?.event;
  expect(last).toMatch(/^conversation\.response\.(done|error)$/);
  expect(frames.filter(({ event }) => /^conversation\.response\.(done|error)$/.test(event))).toHaveLength(1);
  const owners = new Map<unknown, string>();
  for (const { event, data } of frames) {
    expect(data['type']).toBe(event);
    expect(conversationEventSchema.safeParse(data).error?.issues).toBeUndefined();
    if (data['output_index'] === undefined) continue;
    const owner = `${text(data['id'])} ${event.split('.').slice(0, 2).join('.')}`;
    expect(owners.get(data['output_index']) ?? owner).toBe(owner);
    owners.set(data['output_index'], owner);
  }
  expect(new Set(owners.values()).size).toBe(owners.size);
  expect([...owners.keys()]).toEqual([...owners.keys()].map((_, index) => index));
  // Putting the entries together fails on a piece of a call that was not begun, or has ended.
  for (const entry of foldFrames(frames)) {
    if (entry.type === 'tool.execution' && last === 'conversation.response.done')
      expect(entry.info).toBeDefined();
  }
  return frames;
}

/** Arguments of tools, as a client joins them, are those of the history. */
export function expectKeptArguments(frames: readonly Frame[], history: readonly Json[]): void {
  const kept = new Map(history.map(entry => [entry['id'], toFolded(entry).arguments]));
  for (const { type, id, arguments: told, info } of foldFrames(frames)) {
    if (type !== 'tool.execution' || (isRecord(info) && info['code'] === 'unfinished')) continue;
    expect([id, told]).toEqual([id, kept.get(id)]);
  }
}
