import type { Catalogue } from '../definition/catalogue.ts';
import type { CacheHint } from '../definition/define-resource.ts';
import type { Log } from '../log.ts';
import type { Notices } from './notices.ts';
import type { Sealer } from './era-2026/sealer.ts';
import type { Tasks } from '../tasks/tasks.ts';

/** What both eras answer from. */
export interface ServerModel {
  readonly identity: { readonly name: string; readonly version: string; readonly title?: string };
  readonly instructions: string | undefined;
  readonly catalogue: Catalogue;
  readonly log: Log;
  /** Entries in one page of a list. */
  readonly pageSize: number;
  /** Of lists and `server/discover`. Without it: a minute, public where nobody has to authenticate. */
  readonly listCache: CacheHint | undefined;
  readonly notices: Notices;
  readonly sealer: Sealer;
  /** Open `subscriptions/listen` at once. */
  readonly maxListens: number;
  readonly tasks: Tasks;
}

export function hasCompletions({ prompts, templates }: Catalogue): boolean {
  return (
    [...prompts.values()].some(({ completes }) => completes.size > 0) ||
    templates.some(({ completes }) => completes.size > 0)
  );
}

export function hasResources({ resources, templates }: Catalogue): boolean {
  return resources.length + templates.length > 0;
}

export function hasTasks({ tools }: Catalogue): boolean {
  return [...tools.values()].some(({ task }) => task !== undefined);
}

/**
 * What the server has not got is not declared, and its methods are unknown. `remembers`: the client's wishes outlive
 * its request, so that it can be told of changes and sent log messages.
 */
export function toCapabilities(catalogue: Catalogue, remembers: boolean): object {
  const changing = remembers ? { listChanged: true } : {};
  return {
    ...(catalogue.tools.size > 0 && { tools: changing }),
    ...(catalogue.prompts.size > 0 && { prompts: changing }),
    ...(hasResources(catalogue) && { resources: { ...changing, ...(remembers && { subscribe: true }) } }),
    ...(hasCompletions(catalogue) && { completions: {} }),
    ...(remembers && { logging: {} }),
  };
}
