import { randomUUID } from 'node:crypto';
import type { Caller, Guards, Visit } from '@tramontane/guards';

/** For a connection that no HTTP request opened: nobody is refused, but calls go through the guards. */
export function toLocalVisit(guards: Guards | undefined, caller?: Caller): Visit | undefined {
  const visit = guards?.arrive({
    method: '',
    path: '',
    header: () => undefined,
    local: true,
    id: randomUUID(),
  });
  if (visit) visit.caller = caller;
  return visit;
}
