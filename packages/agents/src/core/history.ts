import { foldEntries, type Decision, type Entry, type FunctionCall } from '@tramontane/engine';
import type { StoredRun } from './ports.ts';

/** What a conversation holds, folded from the runs it has had. */
export interface History {
  /** Oldest first. */
  readonly entries: readonly Entry[];
  /** Number of runs. */
  readonly runs: number;
  /** A run is under way; its entries so far are among `entries`. */
  readonly running: boolean;
  /** The newest run, where it failed: what it was to answer is not answered yet. */
  readonly failedRun?: string;
  /** What people decided about calls, and in which run. */
  readonly decisions: ReadonlyMap<
    string,
    { readonly confirmation: Decision['confirmation']; readonly runId: string }
  >;
}

export const NO_HISTORY: History = { entries: [], runs: 0, running: false, decisions: new Map() };

/** Goes on folding where an earlier fold ended. */
export function foldHistory(before: History, runs: readonly StoredRun[]): History {
  if (runs.length === 0) return before;
  const entries = [...before.entries];
  const decisions = new Map(before.decisions);
  let { failedRun } = before;
  for (const { id: runId, events, agentId } of runs) {
    const [started] = events;
    const { decisions: decided = [], inputs = [] } = started?.type === 'run.started' ? started : {};
    // It goes on with what the failed one was to answer, and so is the answer to the same decisions.
    if (failedRun !== undefined && decided.length + inputs.length === 0)
      for (const [callId, each] of decisions)
        if (each.runId === failedRun) decisions.set(callId, { ...each, runId });
    const last = events.at(-1);
    failedRun = last?.type === 'run.finished' && last.end.reason === 'failed' ? runId : undefined;
    for (const { call, confirmation } of decided) {
      decisions.set(call.callId, { confirmation, runId });
      const index = entries.findLastIndex(({ id }) => id === call.entryId);
      const asked = entries[index];
      if (asked?.kind !== 'function.call' || !asked.confirmation) continue;
      entries[index] = { ...asked, confirmation: { ...asked.confirmation, status: confirmation } };
    }
    // A loop: a very long list spread into arguments overflows the stack.
    for (const entry of foldEntries(events, agentId)) entries.push(entry);
  }
  return {
    entries,
    ...(failedRun !== undefined && { failedRun }),
    runs: before.runs + runs.length,
    running: runs.some(({ running }) => running),
    decisions,
  };
}

/** Function calls that nobody has answered yet: neither the caller, nor the tool that a person allowed. */
export function openCalls(entries: readonly Entry[]): FunctionCall[] {
  const answered = new Set<string>();
  for (const entry of entries)
    if (entry.kind === 'function.result' || entry.kind === 'tool.execution') answered.add(entry.callId);
  return entries.filter(
    (entry): entry is FunctionCall => entry.kind === 'function.call' && !answered.has(entry.callId),
  );
}
