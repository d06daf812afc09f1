import { toKept, type Answer, type Method } from '../era.ts';
import { refuseCursor } from '../pages.ts';
import type { ServerModel } from '../server-model.ts';

/** Changes are announced to who listens; a client that does not, or missed a restart, is wrong for this long. */
const LIST_TTL_MS = 60_000;

/**
 * Completes results that may be cached (server/utilities/caching). Behind authentication they are kept per caller: the
 * same for all of them, but not for those who were let in by nobody.
 *
 * @param differs callers see different results, whatever the author's hint says.
 */
export function toCacheable(
  pages: readonly (readonly [unknown, string])[],
  about: object,
  { listCache }: ServerModel,
  differs = false,
): Method {
  const write = (scope: string): ReadonlyMap<unknown, Answer> => {
    const { ttlMs = LIST_TTL_MS, scope: hinted = scope } = listCache ?? {};
    const cacheScope = differs ? 'private' : hinted;
    const tail = `,"ttlMs":${ttlMs},"cacheScope":"${cacheScope}","_meta":${JSON.stringify(about)}}`;
    return new Map(
      pages.map(([cursor, page]) => [cursor, toKept(`{"resultType":"complete",${page}${tail}`)]),
    );
  };
  const open = write('public');
  const guarded = write('private');
  return (params, meta) =>
    (meta.auth ? guarded : open).get(params['cursor']) ?? { fault: refuseCursor(params) };
}
