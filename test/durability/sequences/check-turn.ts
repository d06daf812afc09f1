import { isDeepStrictEqual } from 'node:util';
import { foldFrames, toFolded, type FoldedEntry } from '../../api/read-stream.ts';
import { isRecord, type Json } from '../../api/shapes.ts';
import { callIdOf, isOutput, openCalls, type Operation } from './operation.ts';
import { toSpoken } from './spoken.ts';
import type { Heard } from './turn-client.ts';

/** What happened to the turn besides. */
export interface Disturbed {
  readonly killed: boolean;
  readonly cancelled: boolean;
}

export interface TurnFindings {
  readonly problems: readonly string[];
  /** The turn stands in the history. */
  readonly began: boolean;
  /** The answer as it stands in the history. */
  readonly answer: readonly FoldedEntry[];
}

/** Holds what was heard of a turn against the history that is read after it. */
export function checkTurn(
  operation: Operation,
  heard: Heard,
  after: readonly Json[],
  disturbed: Disturbed,
): TurnFindings {
  const problems: string[] = [];
  const { before, decisions, expects } = operation;
  const added = after.slice(before.length);
  const began = added.length > 0;
  const answer = [...added.filter(isOutput), ...leftOpen(operation)];
  const found = { problems, began, answer: answer.map(toComparable) };

  for (const [index, entry] of before.entries()) {
    const now = after[index];
    const word = began ? decisions.get(callIdOf(entry) ?? '') : undefined;
    const expected =
      word !== undefined && entry['type'] === 'function.call'
        ? { ...entry, confirmation_status: word }
        : entry;
    if (!isDeepStrictEqual(now, expected))
      problems.push(`Entry ${index} was ${show(expected)} and is ${show(now)}.`);
  }

  if (heard.end === 'cut' && !disturbed.killed) problems.push('The server went away, and nobody killed it.');
  if (expects !== 200) {
    if (began) problems.push(`A request that is refused left ${show(added)}.`);
    if (heard.end !== 'cut' && heard.status !== expects)
      problems.push(`Answered with ${heard.status} instead of ${expects}: ${heard.error ?? 'done'}.`);
    return found;
  }
  if (heard.end === 'failed' && !mayFail(operation, heard, disturbed))
    problems.push(`Failed with ${heard.status}: ${heard.error}.`);
  if (heard.end === 'done' && disturbed.cancelled)
    problems.push('It was cancelled, and answered all the same.');
  if (operation.repeats !== undefined) {
    if (began) problems.push(`A word given again left ${show(added)}.`);
    checkRepeated(operation, heard, problems);
    return found;
  }
  if (!began) {
    // A turn to which nothing was given leaves nothing when it ends before the model has answered.
    const leavesNothing = operation.inputs.length === 0 && decisions.size === 0;
    const endedEarly = leavesNothing && heard.end !== 'done';
    if (!endedEarly && (heard.end !== 'cut' || (heard.frames?.length ?? 0) > 0))
      problems.push('The turn was heard, and the history has nothing of it.');
    return found;
  }
  checkInputs(operation, added, problems);
  for (const entry of added) {
    if (
      isRecord(entry['info']) &&
      entry['info']['status'] === 'unknown' &&
      !disturbed.killed &&
      !disturbed.cancelled
    )
      problems.push(`Nobody disturbed this call: ${show(entry)}.`);
  }
  checkHeard(heard, answer, added, problems);
  return found;
}

/** Calls of earlier turns that go on waiting: an answer names them again. */
function leftOpen({ before, decisions, inputs }: Operation): Json[] {
  const results = new Set(inputs.map(callIdOf));
  return openCalls(before).filter(call => {
    const id = callIdOf(call) ?? '';
    return !decisions.has(id) && !results.has(id);
  });
}

function mayFail(operation: Operation, heard: Heard, { cancelled }: Disturbed): boolean {
  // 502: the vendor refused, as was planned. 409: it was cancelled, now or in the turn that is heard again.
  const code = heard.frames?.at(-1)?.data['code'] ?? heard.status;
  return (
    (operation.mayFail && code === 502) || ((cancelled || operation.repeats !== undefined) && code === 409)
  );
}

/** First what came of the decisions, in the order of the calls; then what was put in. */
function checkInputs(
  { before, decisions, inputs }: Operation,
  added: readonly Json[],
  problems: string[],
): void {
  const decided = openCalls(before).flatMap(call => {
    const word = decisions.get(callIdOf(call) ?? '');
    return word ? [`${word === 'allowed' ? 'tool.execution' : 'function.result'} ${callIdOf(call)}`] : [];
  });
  const given = inputs.map(entry => `${entry.type} ${callIdOf(entry) ?? entry.type}`);
  const expected = [...decided, ...given];
  const found = added
    .slice(0, expected.length)
    .map(entry => `${String(entry['type'])} ${callIdOf(entry) ?? String(entry['type'])}`);
  if (!isDeepStrictEqual(found, expected))
    problems.push(`The turn begins with ${found.join()} and not with ${expected.join()}.`);
  for (const [index, input] of inputs.entries()) {
    const entry = added[decided.length + index];
    if (input.type === 'message.input' && entry?.['content'] !== input.content)
      problems.push(`Other words than were said: ${show(entry)}.`);
  }
  const more = added.slice(expected.length).filter(entry => !isOutput(entry));
  if (more.length > 0) problems.push(`Nobody put this in: ${show(more)}.`);
}

function checkRepeated({ conversation, repeats = '' }: Operation, heard: Heard, problems: string[]): void {
  const first = conversation?.answers.get(repeats);
  if (heard.end !== 'done' || !first) return;
  const again = heard.frames ? foldFrames(heard.frames).map(toSpoken) : heard.outputs?.map(toComparable);
  if (!isDeepStrictEqual(again, first))
    problems.push(`Heard again as ${show(again)}, at first ${show(first)}.`);
}

function checkHeard(heard: Heard, answer: readonly Json[], added: readonly Json[], problems: string[]): void {
  if (heard.outputs && !isDeepStrictEqual(heard.outputs, answer))
    problems.push(`Answered ${show(heard.outputs)}, and the history says ${show(answer)}.`);
  if (!heard.frames) return;
  const folded = foldFrames(heard.frames).map(toSpoken);
  if (heard.end === 'done') {
    const expected = answer.map(toComparable);
    if (!isDeepStrictEqual(folded, expected))
      problems.push(`Streamed ${show(folded)}, kept ${show(expected)}.`);
    return;
  }
  const whole = heard.end === 'failed' ? added.filter(isOutput) : answer;
  const indexes = new Map(heard.frames.map(({ data }) => [data['id'], data['output_index']]));
  const ids = new Set(whole.map(({ id }) => id));
  for (const [place, entry] of folded.entries()) {
    const kept = whole[Number(indexes.get(entry.id))];
    // Half an answer that the model did not finish, words and calls: nothing is kept of it, and nothing comes after it.
    if (
      folded.slice(place).every(({ id, info }) => !ids.has(id) && (info === undefined || isUnfinished(info)))
    )
      break;
    if (!kept || !isBeginning(entry, toComparable(kept)))
      problems.push(`Of a stream that was cut ${show(entry)} was heard, and ${show(kept)} is kept.`);
  }
  const spoken = new Set(folded.map(({ id }) => id));
  if (heard.end === 'failed' && whole.some(({ id }) => !spoken.has(id)))
    problems.push(`A stream that came to its end did not tell all of ${show(whole)}.`);
}

/** What a call ends with that the model did not finish. */
function isUnfinished(info: unknown): boolean {
  return isRecord(info) && info['code'] === 'unfinished';
}

/** Whether `part` is what `entry` looks like while it comes. */
function isBeginning(part: FoldedEntry, entry: FoldedEntry): boolean {
  const { content: said = [], arguments: told = '', ...rest } = part;
  const { content: kept = [], arguments: args = '', ...others } = entry;
  // Only a tool that the server runs is told while its arguments are written.
  const comes = part.type === 'tool.execution' && part.info === undefined;
  const sameSoFar = Object.entries(rest).every(([key, value]) => {
    const all = Object.entries(others).find(([name]) => name === key)?.[1];
    return key === 'agents' && Array.isArray(value) && Array.isArray(all)
      ? isDeepStrictEqual(value, all.slice(0, value.length))
      : isDeepStrictEqual(value, all);
  });
  const last = said.length - 1;
  return (
    sameSoFar &&
    (comes ? args.startsWith(told) : args === told) &&
    said.every((piece, index) => {
      const whole = kept[index];
      if (index < last || !isRecord(piece) || !isRecord(whole)) return isDeepStrictEqual(piece, whole);
      return piece['kind'] === whole['kind'] && String(whole['text']).startsWith(String(piece['text']));
    })
  );
}

function toComparable(entry: Json): FoldedEntry {
  return toSpoken(toFolded(entry));
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
