import type { Worker } from '../workers/worker.ts';

export const SESSION_HEADER = 'mcp-session-id';

/** What stands before the ids of a worker's sessions: any other worker can tell from it where a session lives. */
export function toPlace(worker: Worker | undefined): string | undefined {
  return worker?.reach && `${worker.reach.id}.`;
}

/** The number of the worker that a session id is of. */
export function parsePlace(sessionId: string | undefined): number | undefined {
  const [, id] = /^(\d{1,9})\./.exec(sessionId ?? '') ?? [];
  return id === undefined ? undefined : Number(id);
}
