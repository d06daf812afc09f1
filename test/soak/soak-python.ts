import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import { openSdkV2Server } from '@tramontane/testkit/tool-servers';
import type { Reply, Script } from '@tramontane/testkit/model-servers';
import { openSoakServer } from './soak-server.ts';

export interface PythonResult {
  /** Version of the official SDK, `mistralai`. */
  readonly sdk: string;
  readonly steps: number;
  readonly problems: readonly string[];
}

const PROGRAM = new URL('../python-sdk/every-method.py', import.meta.url);
const VERSION = 'from mistralai.client import VERSION; print(VERSION)';

/**
 * Calls the methods of the official Python SDK, as it is installed, on a server. `undefined`: this Python has none.
 *
 * @param python The command that runs Python, with its arguments, separated by spaces.
 */
export async function soakPython(python: string): Promise<PythonResult | undefined> {
  const version = await run(python, ['-c', VERSION], {});
  if (version.code !== 0) return undefined;
  await using server = await openSoakServer(answer);
  const tools = await openSdkV2Server({ tools: [{ name: 'look', inputSchema: {}, handler: () => 'seen' }] });
  await using _tools = { [Symbol.asyncDispose]: () => tools.close() };
  const { url, apiKey } = server.child();
  const { code, said, complained } = await run(python, ['-'], {
    TRAMONTANE_URL: url,
    TRAMONTANE_KEY: apiKey,
    TOOLS_URL: tools.url,
  });
  const steps = said
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as { step: string; problem: string | null });
  const problems = steps.flatMap(({ step, problem }) => (problem === null ? [] : `${step}: ${problem}`));
  if (code !== 0) problems.push(`The program ended with ${code}: ${complained.slice(-1000)}`);
  return { sdk: version.said.trim(), steps: steps.length, problems };
}

/** The program comes on standard input: this Python may see other files than we do. */
async function run(python: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
  const [command = 'python3', ...first] = python.split(' ');
  const child = spawn(command, [...first, ...args], { env: { ...process.env, ...environment } });
  const ended = once(child, 'close').then(([code]) => code as number);
  if (args[0] === '-') createReadStream(PROGRAM).pipe(child.stdin);
  else child.stdin.end();
  const [said, complained, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended.catch((error: NodeJS.ErrnoException) => error.code ?? 'ENOENT'),
  ]);
  return { code, said, complained };
}

const LOOK = { name: 'look', arguments: { where: 'in the cellar' } };
const PERSON: Reply = { text: '{"name":"Ann","age":3}' };

const answer: Script = ({ model, messages }) => {
  const last = messages.at(-1);
  const told: Reply | undefined =
    last?.role === 'tool'
      ? { text: `Told: ${JSON.stringify(last.content).replace(/[\\"]/g, '')}` }
      : undefined;
  switch (model) {
    case 'looks':
      return told ?? { text: 'I look.', toolCalls: [LOOK], argumentPieces: 3 };
    case 'asks':
      return told ?? { toolCalls: [{ name: 'get_age', arguments: { name: 'Ann' } }] };
    case 'hands over':
      return { toolCalls: [{ name: 'handoff_to_expert', arguments: {} }] };
    case 'writes json':
      return PERSON;
    case 'fails':
      return { status: 400 };
    default:
      return { text: 'Hello.' };
  }
};
