import type { Entry, ToolOutcome } from '@tramontane/engine';
import type { Caller } from './caller.ts';

/** What became of a call, as it was found out later. */
export interface Settlement {
  /** A person says whether it ran; or its server, asked again under the same key, gave its answer. */
  readonly verdict: 'ran' | 'did_not_run' | 'answered';
  readonly note: string | null;
  readonly by: string;
  /** RFC 3339 time, UTC. */
  readonly at: string;
  /** What models and readers of the history are told from now on. */
  readonly outcome: ToolOutcome;
}

/** A call that left and got no answer: nobody knows whether it ran, and it is never repeated in silence. */
export interface UnansweredCall {
  readonly conversationId: string;
  readonly runId: string;
  readonly callId: string;
  readonly noticedAt: Date;
  readonly settlement: Settlement | null;
}

export interface UnansweredCallStore {
  /** The newest first. */
  list(
    caller: Caller,
    filter: { conversationId?: string; settled: boolean; offset: number; limit: number },
  ): Promise<UnansweredCall[]>;
  find(caller: Caller, conversationId: string, callId: string): Promise<UnansweredCall | undefined>;
  /** False when it was settled before. */
  settle(
    caller: Caller,
    call: Pick<UnansweredCall, 'runId' | 'callId'>,
    settlement: Settlement,
  ): Promise<boolean>;
  /** Of a conversation, by call id. */
  settlements(caller: Caller, conversationId: string): Promise<ReadonlyMap<string, Settlement>>;
}

/** Some call of these nobody knows the end of. */
export function hasUnanswered(entries: readonly Entry[]): boolean {
  return entries.some(entry => entry.kind === 'tool.execution' && entry.outcome.status === 'unknown');
}

/** The entries with what was found out later in place of what was not known. */
export function withSettlements(
  entries: readonly Entry[],
  settlements: ReadonlyMap<string, Settlement>,
): readonly Entry[] {
  if (settlements.size === 0) return entries;
  return entries.map(entry => {
    if (entry.kind !== 'tool.execution' || entry.outcome.status !== 'unknown') return entry;
    const settled = settlements.get(entry.callId);
    return settled ? { ...entry, outcome: settled.outcome } : entry;
  });
}
