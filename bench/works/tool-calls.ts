import { openBarePair, takeRounds, toContender, type BenchContext } from '../bench-context.ts';
import { toCall, toSessionCall } from '../calls.ts';
import { find, toRatio, type Ratio, type WorkResult } from '../result.ts';
import { runRounds } from '../rounds.ts';
import type { HttpTarget } from '../load/http-load.ts';
import type { ServerProcess } from '../server-process.ts';

const MANY = 1000;
const SESSION = 'kit in a 2025-11-25 session';

/** tools/call with validation of input and output: against all peers, with many tools, and in a 2025 session. */
export async function measureToolCalls(context: BenchContext): Promise<WorkResult> {
  const skipped = new Set<string>();
  const measured = await takeRounds(context, async own => {
    const kit = await own.open('peers/kit.ts');
    const many = await own.open('peers/kit.ts', [`--tools=${MANY}`]);
    const sdk = await own.open('peers/official-sdk.ts');
    const tmcp = await own.open('peers/tmcp.ts');
    const [bare, twin] = await openBarePair(own, toCall(kit.url));
    const socket = await own.open('peers/bare-socket.ts');
    const session = await trySession(kit, skipped);

    const contender = (name: string, server: ServerProcess, target = toCall(server.url)) =>
      toContender(own, name, server, target);
    return runRounds(
      [
        contender('bare', bare),
        contender('kit', kit),
        contender('kit with 1,000 tools', many),
        ...(session ? [contender(SESSION, kit, session)] : []),
        contender('tmcp', tmcp),
        contender('official SDK', sdk),
        contender('bare twin', twin),
        toContender(own, 'load ceiling', socket, toCall(socket.url), () => {}),
      ],
      own.pace,
    );
  });
  const work = 'tools/call, 2026-07-28';
  const of = (one: string, other: string): ReturnType<typeof toRatio> =>
    toRatio(find(measured, one), find(measured, other));
  const ratios: Ratio[] = [
    { work, of: 'kit / bare node:http', ...of('kit', 'bare'), wanted: { atLeast: 0.75 } },
    { work, of: 'kit / official SDK v2', ...of('kit', 'official SDK'), wanted: { atLeast: 9 } },
    { work, of: 'kit / tmcp', ...of('kit', 'tmcp'), wanted: { atLeast: 2.5 } },
    {
      work: 'tools/call, 1,000 tools registered',
      of: 'kit / kit with one tool',
      ...of('kit with 1,000 tools', 'kit'),
      wanted: { atLeast: 0.9 },
    },
    ...(measured.some(({ name }) => name === SESSION)
      ? [
          {
            work: 'tools/call, 2025-11-25 session',
            of: 'kit / bare node:http',
            ...of(SESSION, 'bare'),
            wanted: { atLeast: 0.6 },
          },
        ]
      : []),
    { work, of: 'bare twin / bare', ...of('bare twin', 'bare'), note: 'the error of the bench' },
    {
      work,
      of: 'load ceiling / bare',
      ...of('load ceiling', 'bare'),
      note: 'above 1: the load is not the limit',
    },
  ];
  return { ratios, figures: { toolCalls: measured }, skipped: [...skipped] };
}

async function trySession(server: ServerProcess, skipped: Set<string>): Promise<HttpTarget | undefined> {
  try {
    return await toSessionCall(server.url);
  } catch (error) {
    skipped.add(
      `tools/call in a 2025-11-25 session: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  }
}
