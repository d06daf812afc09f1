/** Something of the server changed. */
export type Notice =
  { readonly kind: 'tools' | 'prompts' | 'resources' } | { readonly kind: 'resource'; readonly uri: string };

/** Tells clients that asked for it. Nobody who did not subscribe hears of anything. */
export interface ServerNotify {
  readonly toolsChanged: () => void;
  readonly promptsChanged: () => void;
  readonly resourcesChanged: () => void;
  /** The contents behind this URI are new. */
  readonly resourceUpdated: (uri: string) => void;
}

export interface Notices extends ServerNotify {
  readonly publish: (notice: Notice) => void;
  /** @returns a function that ends it. */
  readonly subscribe: (listener: (notice: Notice) => void) => () => void;
}

export const CHANGED_METHODS = {
  tools: 'notifications/tools/list_changed',
  prompts: 'notifications/prompts/list_changed',
  resources: 'notifications/resources/list_changed',
  resource: 'notifications/resources/updated',
} as const satisfies Record<Notice['kind'], string>;

export function createNotices(): Notices {
  const listeners = new Set<(notice: Notice) => void>();
  const publish = (notice: Notice): void => {
    for (const listener of listeners) listener(notice);
  };
  return {
    publish,
    toolsChanged: () => publish({ kind: 'tools' }),
    promptsChanged: () => publish({ kind: 'prompts' }),
    resourcesChanged: () => publish({ kind: 'resources' }),
    resourceUpdated: uri => publish({ kind: 'resource', uri }),
    subscribe: listener => {
      // A function of its own: the same listener may be handed in twice.
      const own = (notice: Notice): void => listener(notice);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}
