import { describeTables } from './describe-tables.ts';
import type { Reply, Request } from './messages.ts';
import { runQuery } from './run-query.ts';
import { watchParent } from './watch-parent.ts';

/**
 * The process that SQLite runs in: its driver has no way to interrupt a query, but a process can be ended, and takes
 * its memory along.
 */
process.on('message', (request: Request) => {
  process.send?.(answer(request));
});
process.on('disconnect', () => process.exit(0));
watchParent();
process.send?.({ kind: 'ready' } satisfies Reply);

function answer(request: Request): Reply {
  try {
    return request.kind === 'describe'
      ? { kind: 'described', types: describeTables(request.file, request.tables) }
      : { kind: 'outcome', outcome: runQuery(request) };
  } catch (error) {
    return { kind: 'broken', message: error instanceof Error ? error.message : String(error) };
  }
}
