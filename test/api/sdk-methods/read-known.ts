import { expect } from 'vitest';
import { unknownParts } from '../../../packages/wire/src/testing/canned-client.ts';

/** Reads a stream of the client to its end: every event must be one that the client knows. */
export async function readKnown(stream: Promise<AsyncIterable<{ data: object }>>): Promise<unknown[]> {
  const heard: unknown[] = [];
  for await (const { data } of await stream) {
    expect(unknownParts(data)).toEqual([]);
    heard.push('type' in data ? data.type : 'chunk');
  }
  return heard;
}
