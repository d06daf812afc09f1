import { isRecord, text, type Json } from '../../api/shapes.ts';
import { TOOLS, type Effect } from '../tool-effects.ts';
import { callIdOf } from './operation.ts';

/** Holds one history against itself, and against what its tools saw. `effects` are by call. */
export function checkHistory(entries: readonly Json[], effects: ReadonlyMap<string, Effect>): string[] {
  const problems: string[] = [];
  const ids = entries.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) problems.push(`An entry is there twice: ${ids.join()}.`);
  const answered = new Set<string>();
  for (const entry of entries) {
    const callId = callIdOf(entry);
    if (callId === undefined) continue;
    const effect = effects.get(callId);
    const says = `${text(entry['type'])} ${JSON.stringify(entry)}, seen by the tool as ${JSON.stringify(effect)}`;
    if (entry['type'] === 'function.call') {
      if (effect && entry['confirmation_status'] !== 'allowed') problems.push(`It ran unasked: ${says}.`);
      continue;
    }
    if (answered.has(callId)) problems.push(`Answered twice: ${says}.`);
    answered.add(callId);
    if (entry['type'] === 'tool.execution') problems.push(...checkExecution(entry, effect, says));
  }
  return problems;
}

function checkExecution(entry: Json, effect: Effect | undefined, says: string): string[] {
  const info = isRecord(entry['info']) ? entry['info'] : {};
  if (effect && !text(entry['arguments']).includes(effect.value)) return [`Other arguments ran: ${says}.`];
  if (info['status'] === 'unknown') return [];
  const toTool = info['connector_id'] !== undefined;
  const answer = JSON.stringify(info['content']);
  if (info['status'] === 'done' && !(effect && answer.includes(effect.answer)))
    return [`Another result than the tool gave: ${says}.`];
  const refused = effect?.tool === 'refuse';
  if (info['status'] === 'done' && info['is_error'] !== refused) return [`Wrong about an error: ${says}.`];
  const mustAct = info['status'] === 'done' && !refused && effect?.tool !== 'look_up';
  if (mustAct && effect?.effects !== 1) return [`Done, with ${effect?.effects} effects: ${says}.`];
  if (info['status'] !== 'done' && toTool && effect) return [`It ran, and is said to have failed: ${says}.`];
  return [];
}

/** What no tool may have seen, whatever happened. */
export function checkEffects(effects: Iterable<readonly [string, Effect]>): string[] {
  const problems: string[] = [];
  for (const [key, effect] of effects) {
    const { tool, attempts, effects: acted } = effect;
    if (acted > 1) problems.push(`${tool} acted ${acted} times under ${key}.`);
    if (!TOOLS[tool].repeatable && attempts > 1)
      problems.push(`${tool} was sent ${attempts} times under ${key}.`);
  }
  return problems;
}
