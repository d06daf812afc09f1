import type { Catalogue } from '../definition/catalogue.ts';
import type { CompiledTool, PublishedTool } from '../definition/compile-tool.ts';
import { lacksScopes } from '../may-call.ts';
import type { RequestMeta } from '../request-meta.ts';

/** Callers with other scopes see other tools; there are rarely more kinds of them. */
const MOST_VIEWS = 64;

/**
 * A list of tools as its reader may see it: what they may not call is left out.
 *
 * @param write makes the list, once for each set of tools that readers see.
 */
export function createToolViews<List>(
  { tools }: Pick<Catalogue, 'tools'>,
  write: (tools: readonly PublishedTool[]) => List,
): (meta: RequestMeta) => List {
  const all = [...tools.values()];
  const guarded = all.filter(({ scopes }) => scopes.length > 0);
  const without = (hidden: readonly CompiledTool[]): List =>
    write(all.filter(tool => !hidden.includes(tool)).map(({ published }) => published));
  const open = without([]);
  if (guarded.length === 0) return () => open;
  const views = new Map<string, List>();
  return meta => {
    const hidden = guarded.filter(tool => lacksScopes(tool, meta));
    if (hidden.length === 0) return open;
    const key = hidden.map(({ name }) => name).join(' ');
    let view = views.get(key);
    if (view === undefined) {
      view = without(hidden);
      if (views.size >= MOST_VIEWS) views.clear();
      views.set(key, view);
    }
    return view;
  };
}
