import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useTestDatabase } from '@tramontane/testkit/database';
import { openDatabase } from '../store/database.ts';
import { createRequestKeyStore } from '../store/request-key-store.ts';
import { openCallsOnce, type CallsOnce } from './call-once.ts';
import { OPERATOR } from './caller.ts';
import { createUuid } from './ids.ts';
import { ToolServerFailure, type ToolAnswer } from './tool-servers.ts';

const DONE: ToolAnswer = { isError: false, content: [{ type: 'text', text: 'done' }] };
const NOT_RUN: ToolAnswer = { isError: true, content: [], meta: { 'io.tramontane/once': 'unavailable' } };
const CUT_OFF = new ToolServerFailure('closed', 'The connection ended.', { mayHaveRun: true });
const BUSY = new ToolServerFailure('refused', 'Fewer requests.', { mayHaveRun: false });

const postgres = useTestDatabase(url => openDatabase(url, { onError: () => undefined }));
let calls: CallsOnce;
beforeAll(() => {
  const requestKeys = createRequestKeyStore(postgres.database.db, createUuid());
  calls = openCallsOnce({
    requestKeys,
    longestCallMs: 1000,
    onError: error => expect.unreachable(String(error)),
  });
});
afterAll(async () => {
  await calls?.close(0);
});

/** The keys of the calls that left, one for each of these ends, all asked for with one key by a caller who asks again. */
async function keysOf(ends: readonly (ToolAnswer | ToolServerFailure)[]): Promise<string[]> {
  const asked = {
    signal: new AbortController().signal,
    key: { id: randomUUID(), digest: 'd', endpoint: 'POST /x' },
  };
  const sent: string[] = [];
  for (const end of ends) {
    const send = async (key: string): Promise<ToolAnswer> => {
      sent.push(key);
      if (end instanceof Error) throw end;
      return end;
    };
    await calls
      .call(OPERATOR, asked, 'book', async () => ({ repeatable: true, send }))
      .catch(() => undefined);
  }
  return sent;
}

it.each([
  ['was cut off again', CUT_OFF],
  ['was not taken then', BUSY],
  ['was not run then', NOT_RUN],
])('a call that was cut off, and %s, keeps its key for the next one', async (_what, end) => {
  const keys = await keysOf([CUT_OFF, end, DONE, DONE]);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
});

it.each([
  ['was not taken', BUSY],
  ['was not run', NOT_RUN],
])('a call that %s is made again, and its answer stands', async (_what, end) => {
  expect(await keysOf([end, DONE, DONE])).toHaveLength(2);
});
