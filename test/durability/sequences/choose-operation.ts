import {
  callIdOf,
  awaitsAnswer,
  isHeld,
  openCalls,
  type Known,
  type Operation,
  type Word,
} from './operation.ts';
import { createPlan } from './create-plan.ts';
import { text, type Json } from '../../api/shapes.ts';
import type { Dice } from './dice.ts';

/** With what a conversation is begun. */
export interface Targets {
  readonly agentId: string;
  /** `model` and `tools` of a start. */
  readonly model: Json;
}

const FUNCTION_RESULT = 'The answer of a function.';
const WORDS = { allowed: 'allow', denied: 'deny' } as const;

export function chooseStart(dice: Dice, targets: Targets): Operation {
  const byAgent = dice.chance(0.6);
  const plan = createPlan(dice, byAgent);
  const tag = dice.id();
  const target = byAgent ? { agent_id: targets.agentId } : targets.model;
  return toOperation(dice, {
    kind: 'start',
    path: '/v1/conversations',
    body: { ...target, inputs: plan.words, metadata: { tag } },
    tag,
    inputs: [{ type: 'message.input', content: plan.words }],
    mayFail: plan.mayFail,
  });
}

/** A restart, from any entry, with or without words of its own. */
export function chooseRestart(dice: Dice, conversation: Known): Operation {
  const upTo = dice.below(conversation.entries.length);
  const before = conversation.entries.slice(0, upTo + 1);
  const open = openCalls(before);
  const functions = open.filter(call => !isHeld(call));
  const results = functions.length > 0 && dice.chance(0.7) ? functions : [];
  const plan = createPlan(dice, true);
  const asks = results.length === 0 && dice.chance(0.7);
  const left = open.length - results.length;
  const empty = results.length === 0 && !asks && !awaitsAnswer(before);
  const tag = dice.id();
  const unknown = dice.chance(0.05);
  return toOperation(dice, {
    kind: 'restart',
    conversation,
    path: `/v1/conversations/${conversation.id}/restart`,
    body: {
      from_entry_id: unknown ? 'msg_00000000000000000000000000000000' : before.at(-1)?.['id'],
      metadata: { tag },
      ...toInputs(results, asks ? plan.words : undefined),
    },
    tag,
    expects: unknown ? 404 : left > 0 ? 400 : empty ? 422 : 200,
    before,
    inputs: toExpected(results, asks ? plan.words : undefined),
    mayFail: true,
  });
}

export function chooseAppend(dice: Dice, conversation: Known): Operation {
  const open = openCalls(conversation.entries);
  const [again] = dice.some([...conversation.decided], 0.3);
  if (again && dice.chance(0.5)) return chooseRepeat(dice, conversation, again);
  const settles = open.length > 0 && dice.chance(0.85);
  const decisions = new Map<string, Word>(
    settles
      ? dice
          .some(open.filter(isHeld), 0.6)
          .map(call => [text(callIdOf(call)), dice.chance(0.7) ? 'allowed' : 'denied'])
      : [],
  );
  const functions = open.filter(call => !isHeld(call));
  const results = settles ? dice.some(functions, 0.85) : [];
  const asks = dice.chance(settles ? 0.1 : 0.9);
  const plan = createPlan(dice, true);
  const answered = new Set([...decisions.keys(), ...results.map(callIdOf)]);
  const left = open.filter(call => !answered.has(callIdOf(call)));
  const counts = decisions.size > 0 || (results.length > 0 && left.every(isHeld));
  const empty = answered.size === 0 && !asks && !awaitsAnswer(conversation.entries);
  return toOperation(dice, {
    kind: settles ? 'confirm' : 'append',
    conversation,
    path: `/v1/conversations/${conversation.id}`,
    body: {
      ...toInputs(results, asks ? plan.words : undefined),
      ...(decisions.size > 0 && { tool_confirmations: toConfirmations(decisions) }),
    },
    expects: left.length > 0 && !(counts && !asks) ? 400 : empty ? 422 : 200,
    before: conversation.entries,
    inputs: toExpected(results, asks ? plan.words : undefined),
    decisions,
    // What goes on here was planned by earlier words.
    mayFail: true,
  });
}

/** The same word again, another one, or a word on a call that nobody made. */
function chooseRepeat(dice: Dice, conversation: Known, [callId, word]: [string, Word]): Operation {
  const which = dice.of(['same', 'other', 'unknown'] as const);
  const given = new Map<string, Word>([
    which === 'unknown' ? ['Zzzzzzzzz', word] : [callId, which === 'same' ? word : contrary(word)],
  ]);
  return toOperation(dice, {
    kind: which === 'same' ? 'repeat' : 'contrary',
    conversation,
    path: `/v1/conversations/${conversation.id}`,
    body: { tool_confirmations: toConfirmations(given) },
    expects: which === 'same' ? 200 : 422,
    before: conversation.entries,
    ...(which === 'same' && { repeats: callId }),
    mayFail: true,
  });
}

function toOperation(
  dice: Dice,
  given: Pick<Operation, 'kind' | 'path' | 'body' | 'mayFail'> & Partial<Operation>,
): Operation {
  const body = { ...given.body, stream: dice.chance(0.7) };
  return {
    expects: 200,
    before: [],
    inputs: [],
    decisions: new Map(),
    ...given,
    body,
    words: `${given.kind} POST ${given.path} ${JSON.stringify(body)}`,
  };
}

function contrary(word: Word): Word {
  return word === 'allowed' ? 'denied' : 'allowed';
}

function toConfirmations(decisions: ReadonlyMap<string, Word>): Json[] {
  return [...decisions].map(([tool_call_id, word]) => ({ tool_call_id, confirmation: WORDS[word] }));
}

function toInputs(results: readonly Json[], words: string | undefined): Json {
  if (results.length === 0) return words === undefined ? {} : { inputs: words };
  const inputs: Json[] = results.map(call => ({
    type: 'function.result',
    tool_call_id: callIdOf(call),
    result: FUNCTION_RESULT,
  }));
  if (words !== undefined) inputs.push({ role: 'user', content: words });
  return { inputs };
}

function toExpected(results: readonly Json[], words: string | undefined): Operation['inputs'] {
  return [
    ...results.map(call => ({ type: 'function.result' as const, tool_call_id: text(callIdOf(call)) })),
    ...(words === undefined ? [] : [{ type: 'message.input' as const, content: words }]),
  ];
}
