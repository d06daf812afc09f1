import { foldEntries, type Entry, type FunctionCall } from '@tramontane/engine';
import type { Caller } from './caller.ts';
import type { ConversationStore, StoredRun } from './ports.ts';

/** Every entry that these runs left, oldest first. */
export function toHistory(runs: readonly StoredRun[]): Entry[] {
  return runs.flatMap(run => foldEntries(run.events, run.agentId));
}

/** What the conversation held when this run began. */
export async function historyBefore(
  conversations: ConversationStore,
  caller: Caller,
  conversationId: string,
  runId: string,
): Promise<Entry[]> {
  const runs = await conversations.listRuns(caller, conversationId);
  return toHistory(
    runs.slice(
      0,
      runs.findIndex(({ id }) => id === runId),
    ),
  );
}

/** Function calls that nobody has answered yet. */
export function openCalls(entries: readonly Entry[]): FunctionCall[] {
  const answered = new Set<string>();
  for (const entry of entries) if (entry.kind === 'function.result') answered.add(entry.callId);
  return entries.filter(
    (entry): entry is FunctionCall => entry.kind === 'function.call' && !answered.has(entry.callId),
  );
}
