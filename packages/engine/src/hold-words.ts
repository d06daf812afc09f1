import type { RunDelta } from './events.ts';

/**
 * Nobody hears words before that which they answer is written down. Words still held when the answer is whole are not
 * said any more: the answer itself says them, and may be written down in the commit that they waited for.
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
    hear: (delta: RunDelta): void => {
      if (holds) held.push(delta);
      else onDelta(delta);
    },
    end: (): void => {
      held = [];
    },
  };
}
