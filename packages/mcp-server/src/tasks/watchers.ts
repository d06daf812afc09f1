/** Who wants to know of changes, by task. */
export interface Watchers {
  readonly add: (taskId: string, changed: () => void) => () => void;
  readonly tell: (taskId: string) => void;
  /** For when changes may have been missed. */
  readonly tellAll: () => void;
}

export function createWatchers(): Watchers {
  const byTask = new Map<string, Set<() => void>>();
  return {
    add: (taskId, changed) => {
      // A function of its own: the same one may be handed in twice.
      const own = (): void => changed();
      const watching = byTask.get(taskId) ?? new Set();
      byTask.set(taskId, watching.add(own));
      return () => {
        watching.delete(own);
        if (watching.size === 0 && byTask.get(taskId) === watching) byTask.delete(taskId);
      };
    },
    tell: taskId => byTask.get(taskId)?.forEach(changed => changed()),
    tellAll: () => byTask.forEach(watching => watching.forEach(changed => changed())),
  };
}
