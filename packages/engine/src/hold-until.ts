import type { RunDelta } from './events.ts';

/**
 * Nobody hears an answer before that which it answers is written down. What is still held when the answer is whole is not
 * told any more: the answer itself says it, and may be written down in the commit that it waited for.
 */
export function holdUntil(committed: Promise<void>, onDelta: (delta: RunDelta) => void) {
  let held: RunDelta[] = [];
  let holds = true;
  const open = (): void => {
    holds = false;
    for (const delta of held) onDelta(delta);
  };
  committed.then(open, () => {});
  return {
    tell: (delta: RunDelta): void => {
      if (holds) held.push(delta);
      else onDelta(delta);
    },
    end: (): void => {
      held = [];
    },
  };
}
