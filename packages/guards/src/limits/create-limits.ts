import type { CallFailed, CallOutcome, Guard } from '../guard.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';
import type { Refusal } from '../visit.ts';
import { toCallerKey } from './caller-key.ts';
import { createLimitCounts, type Limited, type LimitedRequest, type LimitsOptions } from './limit-counts.ts';

/**
 * Limits requests as a whole (`global`, `perCaller`) and those of nobody that is known (`wrongCredentials`), answered with
 * 429, `Retry-After` and where the caller stands; and calls of tools (`tools`), answered with a result that a model can
 * read. A message on a connection that carries many, and the second call of a batch, count as a request of their own.
 *
 * @throws GuardsError `bad_rate`, `bad_option`
 */
export function createLimits(options: LimitsOptions): Guard {
  const counts = createLimitCounts(options);
  const ofRequests = options.global !== undefined || options.perCaller !== undefined;
  return {
    ...(ofRequests && {
      admit: visit =>
        andThen(counts.takeRequest(toCallerKey(visit.caller, visit.address)), limited => {
          visit.counted = true;
          return limited && toRefusal(limited, 'limits');
        }),
    }),
    ...(options.wrongCredentials !== undefined && {
      denied: ({ address }) =>
        // Who refuses them is still the check of who calls.
        andThen(
          counts.takeWrong(toCallerKey(undefined, address)),
          limited => limited && toRefusal(limited, 'auth'),
        ),
    }),
    call: (call, next) => {
      const { visit, caller, address, tool } = call;
      const key = toCallerKey(caller, address);
      const run = (): MaybePromise<CallOutcome> => {
        // A name that is none is refused further in, and may be any text.
        if (tool === undefined) return next();
        return andThen(counts.takeCall(tool.name, key), taken => {
          if ('message' in taken) return toRefused(taken);
          return andThen(next(), outcome => {
            taken.release();
            return outcome;
          });
        });
      };
      if (!ofRequests) return run();
      if (visit?.counted) {
        // The next one on the same request counts for itself.
        visit.counted = false;
        return run();
      }
      return andThen(counts.takeRequest(key), limited => (limited ? toRefused(limited) : run()));
    },
  };
}

function toRefusal({ message, headers }: LimitedRequest, by: Refusal['by']): Refusal {
  return { status: 429, by, detail: message, headers };
}

function toRefused({ message, scope, retryAfterSeconds }: Limited): CallFailed {
  return {
    kind: 'failed',
    failure: 'refused',
    message,
    meta: { 'io.tramontane/limit': scope, 'io.tramontane/retry-after-seconds': retryAfterSeconds },
  };
}
