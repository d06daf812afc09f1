import type { CallFailed, Guard } from '../guard.ts';
import { andThen } from '../maybe-promise.ts';
import type { HeaderLookup } from '../visit.ts';
import { toCallerKey } from './caller-key.ts';
import { createLimitCounts, type Limited, type LimitsOptions } from './limit-counts.ts';

/**
 * Limits requests as a whole (`global`, `perCaller`), answered with 429, `Retry-After` and where the caller stands; and
 * calls of tools (`tools`), answered with a result that a model can read. A message on a connection that carries many,
 * and the second call of a batch, count as a request of their own.
 *
 * @throws GuardsError `bad_rate`, `bad_option`
 */
export function createLimits(options: LimitsOptions): Guard {
  const counts = createLimitCounts(options);
  // Of requests that were counted and whose call has not come yet; each has a lookup of its own.
  const counted = new WeakSet<HeaderLookup>();
  const ofRequests = options.global !== undefined || options.perCaller !== undefined;
  return {
    ...(ofRequests && {
      admit: async ({ caller, address, header }) => {
        const { limited, headers } = await counts.takeRequest(toCallerKey(caller, address));
        counted.add(header);
        return limited && { status: 429, by: 'limits', detail: limited.message, headers };
      },
    }),
    call: async ({ caller, address, header, tool }, next) => {
      const key = toCallerKey(caller, address);
      if (ofRequests && !(header && counted.delete(header))) {
        const { limited } = await counts.takeRequest(key);
        if (limited) return toRefused(limited);
      }
      // A name that is none is refused further in, and may be any text.
      if (tool === undefined) return next();
      const taken = await counts.takeCall(tool.name, key);
      if ('message' in taken) return toRefused(taken);
      return andThen(next(), outcome => {
        taken.release();
        return outcome;
      });
    },
  };
}

function toRefused({ message, scope, retryAfterSeconds }: Limited): CallFailed {
  return {
    kind: 'failed',
    failure: 'refused',
    message,
    meta: { 'io.tramontane/limit': scope, 'io.tramontane/retry-after-seconds': retryAfterSeconds },
  };
}
