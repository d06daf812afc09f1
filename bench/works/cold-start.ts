import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchContext } from '../bench-context.ts';
import { answerOf, CALL_2026, checkSum, toCall } from '../calls.ts';
import { compilePeers } from '../compiled-peers.ts';
import { pinNode, SERVER_CORE } from '../process-pinning.ts';
import type { Ratio, WorkResult } from '../result.ts';
import { median, round2 } from '../rounds.ts';

const TRANSPORTS = {
  HTTP: { kit: 'kit', sdk: 'official-sdk', start: startHttp },
  stdio: { kit: 'kit-stdio', sdk: 'official-sdk-stdio', start: startStdio },
};

const BUILD = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));

/**
 * From the start of the process to its first answer, with the built packages: without the condition for sources the
 * kit comes from its `dist` folders, as it does for those who install it.
 */
export async function measureColdStart(context: BenchContext): Promise<WorkResult> {
  // Anew each time: a folder from before would be another kit than the one that the other works measure.
  await promisify(execFile)(process.execPath, [BUILD, 'mcp-server']);
  const locate = await compilePeers();
  const ratios: Ratio[] = [];
  const figures: Record<string, unknown> = {};
  for (const [name, { kit, sdk, start }] of Object.entries(TRANSPORTS)) {
    const times = { kit: [] as number[], sdk: [] as number[] };
    for (let round = 0; round < context.coldStarts; round += 1) {
      times.kit.push(await start(locate(kit)));
      times.sdk.push(await start(locate(sdk)));
    }
    const pairs = times.kit.map((time, round) => time / (times.sdk[round] ?? Number.NaN));
    ratios.push({
      work: `cold start to first answer, ${name}`,
      of: 'kit / official SDK v2',
      ratio: round2(median(pairs)),
      wanted: { atMost: 1.5 },
    });
    figures[`coldStart${name}Ms`] = {
      kit: times.kit.map(Math.round),
      'official SDK': times.sdk.map(Math.round),
    };
  }
  return { ratios, figures, skipped: [] };
}

function start(program: string, stdin: 'ignore' | 'pipe') {
  const { command, args } = pinNode(SERVER_CORE, [program]);
  return spawn(command, args, {
    stdio: [stdin, 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
  });
}

async function startHttp(program: string): Promise<number> {
  const started = performance.now();
  const child = start(program, 'ignore');
  try {
    const url = await firstLine(child);
    checkSum(await answerOf(toCall(url)), program);
    return performance.now() - started;
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

async function startStdio(program: string): Promise<number> {
  const started = performance.now();
  const child = start(program, 'pipe');
  try {
    child.stdin?.write(`${CALL_2026}\n`);
    checkSum(await firstLine(child), program);
    return performance.now() - started;
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

async function firstLine(child: ReturnType<typeof start>): Promise<string> {
  if (!child.stdout) throw new Error('The program has no output to read.');
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
  }
  throw new Error('A program ended before its first line.');
}
