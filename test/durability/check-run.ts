import type { LoggedEvent } from './run-log.ts';
import { CALLS } from './scripted-model.ts';
import type { PublicEntry } from './public-view.ts';
import { TOOLS, type Effect } from './tool-effects.ts';

export interface Findings {
  /** What is wrong, in words; empty when the run holds. */
  readonly problems: readonly string[];
  /** Calls that were sent more than once, with the same key. */
  readonly sentAgain: number;
  readonly unknown: number;
  readonly doubledEffects: number;
  readonly lostEntries: number;
}

/** Holds the history a client reads against what the tools saw. `effects` are those of this run, by key. */
export function checkRun(
  runId: string,
  history: readonly PublicEntry[],
  effects: ReadonlyMap<string, Effect>,
  events: readonly LoggedEvent[],
): Findings {
  const problems: string[] = [];
  const script = CALLS.flatMap(calls => [
    'message.output',
    ...calls.map(({ tool }) => `tool.execution ${tool}`),
  ]);
  const expected = ['message.input', ...script];
  const found = history.map(({ type, name }) => (type === 'tool.execution' ? `${type} ${name}` : type));
  const lostEntries = Math.max(0, expected.length - found.length);
  if (found.join() !== expected.join()) problems.push(`The history reads ${found.join(', ')}.`);

  const ids = history.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) problems.push('An entry is there twice.');

  const positions = events.map(({ seq }) => seq);
  if (positions.join() !== events.map((_, index) => index).join())
    problems.push(`The log's positions are ${positions.join()}.`);
  if (events.findIndex(({ type }) => type === 'run.finished') !== events.length - 1)
    problems.push('The log goes on after its end.');

  const cut = callsOpenAtTakeover(events);
  let unknown = 0;
  let doubledEffects = 0;
  const seen = new Set<string>();
  for (const { name = '', info, arguments: args } of history) {
    if (!info) continue;
    const key = `${runId}:${info.tool_call_id}`;
    if (seen.has(key)) problems.push(`Call ${key} is answered twice.`);
    seen.add(key);
    const effect = effects.get(key);
    const says = `${name} ended as ${info.status} after ${effect?.attempts ?? 0} attempts and ${effect?.effects ?? 0} effects`;
    const { repeatable } = TOOLS[name as keyof typeof TOOLS];
    if (effect && effect.effects > 1) doubledEffects += 1;
    if (effect && effect.effects > 1) problems.push(`Done twice: ${says}.`);
    if (!repeatable && effect && effect.attempts > 1)
      problems.push(`Repeated though it must not be: ${says}.`);
    if (effect && !args?.includes(effect.value))
      problems.push(`Other arguments ran than the history shows: ${says}.`);
    if (info.status === 'unknown') {
      unknown += 1;
      if (!cut.has(info.tool_call_id)) problems.push(`Nobody cut it: ${says}.`);
      if (repeatable) problems.push(`Could have been sent again: ${says}.`);
    } else if (info.status !== 'done' || !effect || effect.effects < (name === 'look_up' ? 0 : 1)) {
      problems.push(`Not done: ${says}: ${JSON.stringify(info.content)}.`);
    } else if (info.content[0]?.['text'] !== effect.answer) {
      problems.push(`Another result than the tool gave: ${says}.`);
    }
  }
  for (const [key, effect] of effects) {
    if (!seen.has(key)) problems.push(`${effect.tool} ran under ${key}, and no entry says so.`);
  }
  const sentAgain = [...effects.values()].filter(({ attempts }) => attempts > 1).length;
  return { problems, sentAgain, unknown, doubledEffects, lostEntries };
}

/** Calls that had left and had no answer when another process took the run over. */
function callsOpenAtTakeover(events: readonly LoggedEvent[]): Set<string> {
  const open = new Set<string>();
  const cut = new Set<string>();
  for (const { type, callId } of events) {
    if (type === 'tool.sent' && callId !== null) open.add(callId);
    if (type === 'tool.answered' && callId !== null) open.delete(callId);
    if (type === 'run.resumed') for (const id of open) cut.add(id);
  }
  return cut;
}
