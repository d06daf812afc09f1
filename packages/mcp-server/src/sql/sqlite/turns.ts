/** Lets so many through at once; the others wait in order. */
export interface Turns {
  /** Rejects with the reason of `signal`. Every turn that was taken is to be passed on. */
  take(signal: AbortSignal): Promise<void>;
  pass(): void;
}

export function createTurns(size: number): Turns {
  const waiting: (() => void)[] = [];
  let taken = 0;
  return {
    take: async signal => {
      signal.throwIfAborted();
      if (taken < size) {
        taken += 1;
        return;
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const leave = (): void => {
        const place = waiting.indexOf(resolve);
        if (place >= 0) waiting.splice(place, 1);
        reject(signal.reason as Error);
      };
      waiting.push(resolve);
      signal.addEventListener('abort', leave, { once: true });
      await promise.finally(() => signal.removeEventListener('abort', leave));
    },
    pass: () => {
      const next = waiting.shift();
      // The turn goes to the next one as it is.
      if (next === undefined) taken -= 1;
      else next();
    },
  };
}
