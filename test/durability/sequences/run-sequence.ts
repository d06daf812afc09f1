import { setTimeout as sleep } from 'node:timers/promises';
import { checkEffects } from './check-effects.ts';
import { checkTurn, type TurnFindings } from './check-turn.ts';
import { chooseAppend, chooseRestart, chooseStart } from './choose-operation.ts';
import { createShelf, type Shelf } from './create-shelf.ts';
import { createDice, type Dice } from './dice.ts';
import { disturb, type Disturbance } from './disturb.ts';
import type { Stand } from './open-stand.ts';
import { callIdOf, type Known, type Operation, type Word } from './operation.ts';
import type { Heard } from './turn-client.ts';

export interface SequenceFindings {
  readonly seed: number;
  /** Everything that was done, in order: enough to see what happened. */
  readonly told: readonly string[];
  readonly problems: readonly string[];
  /** How often each kind of operation was done. */
  readonly operations: Readonly<Record<string, number>>;
  /** How turns ended for who heard them: `streamed done`, `plain cut` and so on. */
  readonly heard: Readonly<Record<string, number>>;
  readonly kills: number;
  /** Entries in the histories at the end. */
  readonly entries: number;
}

const LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 10;
const AT_ONCE = 3;
const MAX_CONVERSATIONS = 6;

/** Does operations on conversations, several at once, with kills between and within; stops at the first problem. */
export async function runSequence(
  stand: Stand,
  given: { readonly seed: number; readonly operations: number; readonly kills: number },
): Promise<SequenceFindings> {
  const { seed, operations, kills } = given;
  const shelf = createShelf(stand);
  const told: string[] = [];
  const problems: string[] = [];
  const counts: Record<string, number> = {};
  const heard: Record<string, number> = {};
  const killsBefore = stand.restartable.kills();
  const keysBefore = new Set(stand.effects.byKey.keys());
  const planned = createDice(seed);
  const killAt = new Set(Array.from({ length: kills }, () => planned.below(operations)));

  try {
    for (let done = 0; done < operations && problems.length === 0;) {
      // Dice of its own for each step: what differs by chance in one leaves the later ones as they are.
      const dice = createDice(seed * 1000 + done);
      const idle = await actIdle(stand, shelf, dice);
      if (idle) {
        told.push(idle.words);
        count(counts, idle.kind);
        problems.push(...idle.problems);
        done += 1;
        continue;
      }
      const chosen = chooseTogether(stand, shelf, dice);
      const kill = chosen.some((_, index) => killAt.has(done + index));
      done += chosen.length;
      const disturbance = disturb(stand, shelf, dice, chosen, kill);
      for (const { words, kind } of chosen) {
        told.push(`${words}${disturbance.words && `   [${disturbance.words}]`}`);
        count(counts, kind);
      }
      const answers = await Promise.all(chosen.map(({ path, body }) => stand.client.turn(path, body)));
      await disturbance.settle();
      await untilQuiet(stand);
      problems.push(...disturbance.problems);
      for (const [index, operation] of chosen.entries()) {
        const answer = answers[index] ?? { end: 'cut' };
        const found = await takeIn(shelf, operation, answer, disturbance);
        count(heard, `${operation.body['stream'] === true ? 'streamed' : 'plain'} ${answer.end}`);
        problems.push(...found.map(problem => `${operation.kind}: ${problem}`));
      }
      problems.push(...(await shelf.check()));
    }
    const keys = [...stand.effects.byKey].filter(([key]) => !keysBefore.has(key));
    problems.push(
      ...checkEffects(keys),
      ...(await findStrays(
        stand,
        shelf,
        keys.map(([key]) => key),
      )),
    );
  } catch (error) {
    problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const entries = shelf.known().reduce((sum, each) => sum + each.entries.length, 0);
  const killed = stand.restartable.kills() - killsBefore;
  return { seed, told, problems, operations: counts, heard, kills: killed, entries };
}

/** Turns of different conversations, which are asked for at once. */
function chooseTogether(stand: Stand, shelf: Shelf, dice: Dice): Operation[] {
  const free = [...shelf.known()];
  const chosen: Operation[] = [];
  const many = dice.chance(0.5) ? 1 : 1 + dice.below(AT_ONCE);
  while (chosen.length < many) {
    const [conversation] = free.splice(dice.below(free.length), 1);
    const full = shelf.known().length >= MAX_CONVERSATIONS;
    const kind = full ? 'append' : dice.of(['start', 'restart', 'append', 'append', 'append']);
    if (!conversation || kind === 'start') chosen.push(chooseStart(dice, stand.targets));
    else if (kind === 'restart') chosen.push(chooseRestart(dice, conversation));
    else chosen.push(chooseAppend(dice, conversation));
  }
  return chosen;
}

/** What is done while no turn is under way, now and then. */
async function actIdle(
  { client }: Stand,
  shelf: Shelf,
  dice: Dice,
): Promise<{ kind: string; words: string; problems: string[] } | undefined> {
  const known = shelf.known();
  const one = known[dice.below(known.length)];
  const gone = shelf.deleted()[dice.below(shelf.deleted().length)];
  const expectStatus = async (kind: string, method: string, path: string, status: number, body?: object) => {
    const answer = await client.send(method, path, body && { ...body });
    const problems =
      answer?.status === status ? [] : [`${kind} was answered with ${JSON.stringify(answer)}.`];
    return { kind, words: `${kind} ${method} ${path}`, problems };
  };
  if (one && known.length >= MAX_CONVERSATIONS - 1 && dice.chance(0.25)) {
    shelf.takeAway(one.id);
    return expectStatus('delete', 'DELETE', `/v1/conversations/${one.id}`, 204);
  }
  if (one && dice.chance(0.05))
    return expectStatus('cancel', 'POST', `/v1/conversations/${one.id}/cancel`, 200);
  if (gone === undefined || !dice.chance(0.1)) return undefined;
  const path = `/v1/conversations/${gone}`;
  const [method, rest, body] = dice.of([
    ['DELETE', '', undefined],
    ['POST', '', { inputs: 'Still there?' }],
    ['POST', '/cancel', undefined],
    ['POST', '/restart', { from_entry_id: 'msg_1', inputs: 'Still there?' }],
  ]);
  return expectStatus('gone', method, path + rest, 404, body);
}

/** Reads what came of a turn, and holds it against what was heard. */
async function takeIn(
  shelf: Shelf,
  operation: Operation,
  heard: Heard,
  disturbance: Disturbance,
): Promise<string[]> {
  const deleted = disturbance.deleted();
  if (deleted !== undefined) {
    shelf.takeAway(deleted);
    return [];
  }
  const { conversation, tag } = operation;
  const id = tag === undefined ? conversation?.id : await shelf.find(tag);
  const killed = disturbance.killed();
  if (id === undefined) {
    const began = heard.conversationId !== undefined;
    const found = checkTurn(operation, heard, operation.before, { killed, cancelled: false });
    return began ? [`It was heard as ${heard.conversationId}, and is not there.`] : [...found.problems];
  }
  if (heard.conversationId !== undefined && heard.conversationId !== id)
    return [`It was heard as ${heard.conversationId}, and is ${id}.`];
  const after = await shelf.read(id);
  if (!after) return [`${id} is not there any more.`];
  const found = checkTurn(operation, heard, after, { killed, cancelled: disturbance.cancelled() });
  const ids = new Set(after.map(entry => entry['id']));
  const lost = disturbance.seen.filter(each => !ids.has(each));
  shelf.put(toKnown(id, after, operation, found));
  return [...found.problems, ...(lost.length > 0 ? [`Seen on the way, and gone: ${lost.join()}.`] : [])];
}

function toKnown(
  id: string,
  entries: Known['entries'],
  { conversation, tag, decisions }: Operation,
  { began, answer }: TurnFindings,
): Known {
  const same = tag === undefined ? conversation : undefined;
  const words: readonly (readonly [string, Word])[] = began ? [...decisions] : [];
  return {
    id,
    entries,
    decided: new Map([...(same?.decided ?? []), ...words]),
    answers: new Map([...(same?.answers ?? []), ...words.map(([callId]) => [callId, answer] as const)]),
  };
}

/** Starts the server as often as it dies, until no turn is under way. */
async function untilQuiet({ restartable, log, moments }: Stand): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; ; await sleep(LOOK_EVERY_MS)) {
    await restartable.start();
    if ((await log.underWay()) === 0) break;
    if (Date.now() > end) throw new Error('A turn did not come to its end.');
  }
  await moments.takeUnreached()?.();
  await restartable.start();
}

/** Calls that a tool saw and no history tells of, though their run is there. */
async function findStrays({ log }: Stand, shelf: Shelf, keys: readonly string[]): Promise<string[]> {
  const told = new Set(shelf.known().flatMap(({ entries }) => entries.map(callIdOf)));
  const problems: string[] = [];
  for (const key of keys) {
    const at = key.lastIndexOf(':');
    if (told.has(key.slice(at + 1))) continue;
    if ((await log.events(key.slice(0, at))).length > 0)
      problems.push(`A call ran that no history tells of: ${key}.`);
  }
  return problems;
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
