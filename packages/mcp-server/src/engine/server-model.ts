import type { Catalogue } from '../definition/catalogue.ts';
import type { Log } from '../log.ts';

/** What both eras answer from. */
export interface ServerModel {
  readonly identity: { readonly name: string; readonly version: string; readonly title?: string };
  readonly instructions: string | undefined;
  readonly catalogue: Catalogue;
  readonly log: Log;
}

/** The same in both eras; what the server has not got is not declared, and its methods are unknown. */
export function toCapabilities({ tools, resources, templates }: Catalogue): object {
  return {
    ...(tools.size > 0 && { tools: {} }),
    ...(resources.length + templates.length > 0 && { resources: {} }),
  };
}
