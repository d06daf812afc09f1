/** The moments at which a model or a tool is at work, counted, so that something can be done at one of them. */
export interface Moments {
  /** A moment. Waits for what is armed for it. @param point What it is; one that ends in `answered` holds nobody up. */
  reach(point?: string): Promise<void>;
  /**
   * Does this once, at the moment that is `count` moments away.
   * @param held Only moments count at which the turn waits for what is done: elsewhere it may end meanwhile.
   */
  arm(count: number, act: () => Promise<void>, held?: boolean): void;
  /** Does this once, while the next answer of a model has been given by half. The model says no more. */
  armHalf(act: () => Promise<void>): void;
  /** What is armed for the middle of an answer: it is the model's to do. */
  takeHalf(): (() => Promise<void>) | undefined;
  /** Forgets what is armed, and hands it over if it was not reached. */
  takeUnreached(): (() => Promise<void>) | undefined;
}

export function createMoments(): Moments {
  let armed: { left: number; act: () => Promise<void>; held: boolean } | undefined;
  let half: (() => Promise<void>) | undefined;
  return {
    async reach(point) {
      if (!armed || (armed.held && point?.endsWith(' answered'))) return;
      armed.left -= 1;
      if (armed.left > 0) return;
      const { act } = armed;
      armed = undefined;
      await act();
    },
    arm: (count, act, held = false) => void (armed = { left: count, act, held }),
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
