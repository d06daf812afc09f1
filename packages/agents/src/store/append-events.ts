import type { RunEvent } from '@tramontane/engine';
import type { Caller } from '../core/caller.ts';
import type { Database } from './database.ts';
import { SCHEMA } from './table-schema.ts';

/** One text for any number of events, so that it is prepared once: a run does little else with the database. */
const APPEND = `insert into ${SCHEMA}.run_events (run_id, seq, workspace, user_id, event)
  select $1, $2::integer + n::integer - 1, $3, $4, event::json
  from unnest($5::text[]) with ordinality as given (event, n)`;

/** Writes events of a run from position `seq` on, all or none. */
export async function appendEvents(
  database: Pick<Database, 'prepared'>,
  run: { readonly id: string; readonly caller: Caller },
  seq: number,
  events: readonly RunEvent[],
): Promise<void> {
  const { workspace, user } = run.caller;
  const texts = events.map(event => JSON.stringify(event));
  await database.prepared('append_events', APPEND, [run.id, seq, workspace, user, texts]);
}
