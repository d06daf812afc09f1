import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toFetchHandler, toNodeHandler } from '@tramontane/mcp-server';
import { attackWay, WAYS } from './attack-way.ts';
import { attackHttp, type Post } from './attack-http.ts';
import { createHostile } from './hostile.ts';
import type { Faults } from './judge.ts';
import { createRandom } from './random.ts';
import { createTarget } from './target.ts';

// FUZZ_SEED repeats a run, FUZZ_COUNT makes it longer; npm run soak holds the long form.
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const count = Number(process.env['FUZZ_COUNT'] ?? 240);
/** What a server may hold on to for all of it; a leak of the messages themselves would be ten times as much. */
const MOST_GROWTH = 8 * 1024 * 1024;

describe(`hostile input, FUZZ_SEED=${seed}`, () => {
  it.each(WAYS)('over %s is answered as specified, by a server that goes on and keeps nothing', async way => {
    const attacked = await attackWay(way, seed, count);
    expect(attacked.faults).toEqual([]);
    expect(attacked).toMatchObject({ crashed: false, servedAfter: true });
    expect(attacked.heapAfter - attacked.heapBefore).toBeLessThan(MOST_GROWTH);
  });

  const handlers: [string, (complaints: object[]) => Promise<Post>][] = [
    [
      'toNodeHandler',
      async complaints => {
        const target = createTarget(fields => complaints.push(fields));
        const http = createServer(toNodeHandler(target)).listen(0, '127.0.0.1');
        await once(http, 'listening');
        onTestFinished(() => void http.close());
        return init => fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`, init);
      },
    ],
    [
      'toFetchHandler',
      async complaints => {
        const handle = toFetchHandler(createTarget(fields => complaints.push(fields)));
        return init => handle(new Request('http://localhost/mcp', init));
      },
    ],
  ];
  it.each(handlers)('is answered by %s as specified', async (_, open) => {
    const complaints: object[] = [];
    const faults: Faults = [];
    await attackHttp(await open(complaints), createHostile(createRandom(seed), count), faults);
    expect(faults).toEqual([]);
    expect(complaints).toEqual([]);
    expect(({} as { polluted?: true }).polluted).toBeUndefined();
  });
});
