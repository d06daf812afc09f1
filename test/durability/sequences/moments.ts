/** The moments at which a model or a tool is at work, counted, so that something can be done at one of them. */
export interface Moments {
  /** A moment. Waits for what is armed for it. */
  reach(point?: string): Promise<void>;
  /** Does this once, at the moment that is `count` moments away. */
  arm(count: number, act: () => Promise<void>): void;
  /** Does this once, while the next answer of a model has been given by half. The model says no more. */
  armHalf(act: () => Promise<void>): void;
  /** What is armed for the middle of an answer: it is the model's to do. */
  takeHalf(): (() => Promise<void>) | undefined;
  /** Forgets what is armed, and hands it over if it was not reached. */
  takeUnreached(): (() => Promise<void>) | undefined;
}

export function createMoments(): Moments {
  let armed: { left: number; act: () => Promise<void> } | undefined;
  let half: (() => Promise<void>) | undefined;
  return {
    async reach() {
      if (!armed) return;
      armed.left -= 1;
      if (armed.left > 0) return;
      const { act } = armed;
      armed = undefined;
      await act();
    },
    arm: (count, act) => void (armed = { left: count, act }),
    armHalf: act => void (half = act),
    takeHalf() {
      const act = half;
      half = undefined;
      return act;
    },
    takeUnreached() {
      const act = armed?.act ?? half;
      armed = undefined;
      half = undefined;
      return act;
    },
  };
}
