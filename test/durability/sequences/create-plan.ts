import type { Dice } from './dice.ts';
import { toWords, type PlannedStep } from './planned-model.ts';

const CALLS = ['look_up', 'book', 'send_mail', 'refuse', 'pay', 'ask_user'] as const;
/** Nobody has it. */
const NO_TOOL = 'not_there';

/** What the model is to do in a turn, as words for it. `agents`: it may hand over to another one. */
export function createPlan(dice: Dice, agents: boolean): { words: string; mayFail: boolean } {
  const steps: PlannedStep[] = Array.from({ length: dice.below(4) }, () => {
    const calls: string[] = Array.from({ length: 1 + dice.below(3) }, () =>
      dice.chance(0.05) ? NO_TOOL : dice.of(CALLS),
    );
    const handsOver = agents && dice.chance(0.25);
    if (handsOver) calls.push(dice.of(['handoff_to_helper', 'handoff_to_walker']));
    return {
      calls,
      // The words of a handoff say how far the plan has come: its call is not shown to the next agent.
      speaks: handsOver || dice.chance(0.5),
      ...(dice.chance(0.2) && { thinks: true }),
      ...(dice.chance(0.06) && { fails: true }),
    };
  });
  return { words: toWords(dice.id(), steps), mayFail: steps.some(({ fails }) => fails) };
}
