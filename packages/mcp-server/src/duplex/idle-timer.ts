/** Tells when nothing has happened for a while. It keeps no process alive. */
export interface IdleTimer {
  /** Something happened. Cheap: no timer is set again for it. */
  touch(): void;
  stop(): void;
}

/** @param idleMs never, unless given. After `onIdle` it starts over. */
export function createIdleTimer(idleMs: number | undefined, onIdle: () => unknown): IdleTimer {
  if (idleMs === undefined) return { touch: () => {}, stop: () => {} };
  let last = performance.now();
  let timer = setTimeout(check, idleMs).unref();
  function check(): void {
    const left = last + idleMs! - performance.now();
    if (left <= 0) {
      last = performance.now();
      onIdle();
    }
    timer = setTimeout(check, Math.max(left, 1)).unref();
  }
  return {
    touch: () => {
      last = performance.now();
    },
    stop: () => clearTimeout(timer),
  };
}
