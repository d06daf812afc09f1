import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Hostile } from './hostile.ts';
import { ANSWER_MS, isAlive, judge, PING, type Faults } from './judge.ts';
import type { Random } from './random.ts';

/** Writes each message as a line, cut anywhere, checks each answer, and that a ping after them is answered. */
export async function attackLines(
  { stdin, stdout }: Pick<ChildProcessWithoutNullStreams, 'stdin' | 'stdout'>,
  messages: Iterable<Hostile>,
  random: Random,
  faults: Faults,
): Promise<void> {
  const lines = createInterface(stdout);
  const alive = Promise.withResolvers<boolean>();
  lines.on('line', line => {
    if (isAlive(line)) alive.resolve(true);
    judge(line, 'A line', faults);
  });
  lines.on('close', () => alive.resolve(false));
  for (const { bytes } of messages) {
    const at = random.int(bytes.length + 1);
    stdin.write(bytes.subarray(0, at));
    const more = stdin.write(Buffer.concat([bytes.subarray(at), Buffer.from('\n')]));
    if (!more) await once(stdin, 'drain', { signal: AbortSignal.timeout(ANSWER_MS) });
  }
  stdin.write(`${PING}\n`);
  const late = setTimeout(() => alive.resolve(false), ANSWER_MS);
  if (!(await alive.promise)) faults.push('After it a ping was not answered.');
  clearTimeout(late);
  lines.close();
}
