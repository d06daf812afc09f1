/**
 * Where a run is cut: the stand-in model and the tool servers say how far the run has come (`reach`), and what is armed
 * for that point happens there, before they go on.
 */
export interface Stage {
  /** Does what is armed for this point, once. */
  reach(point: string): Promise<void>;
  isArmed(point: string): boolean;
  arm(point: string, act: () => Promise<void>): void;
  /** Forgets what was not reached. */
  clear(): void;
}

export function createStage(): Stage {
  const armed = new Map<string, () => Promise<void>>();
  return {
    async reach(point) {
      const act = armed.get(point);
      armed.delete(point);
      await act?.();
    },
    isArmed: point => armed.has(point),
    arm: (point, act) => void armed.set(point, act),
    clear: () => armed.clear(),
  };
}
