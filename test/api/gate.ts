/** A door that is shut until somebody opens it: order in tests without clocks. */
export interface Gate {
  readonly passed: Promise<void>;
  readonly open: () => void;
}

export function openGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}
