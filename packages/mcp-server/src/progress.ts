import type { RequestContext } from './call-context.ts';
import { isRecord, isRequestId, toNotification } from './engine/rpc.ts';

/** Sends `notifications/progress` when the request carries a token; a value that does not grow is dropped. */
export function createProgress(
  params: Readonly<Record<string, unknown>>,
  notify: (json: string) => void,
): RequestContext['progress'] {
  const envelope = params['_meta'];
  const progressToken = isRecord(envelope) ? envelope['progressToken'] : undefined;
  if (!isRequestId(progressToken)) return () => {};
  let last = -Infinity;
  return (progress, total, message) => {
    // Must increase with every notification (basic/utilities/progress), and NaN is not JSON.
    if (!(progress > last)) return;
    last = progress;
    notify(toNotification('notifications/progress', { progressToken, progress, total, message }));
  };
}
