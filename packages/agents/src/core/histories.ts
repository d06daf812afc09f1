import type { Entry } from '@tramontane/engine';
import type { Caller } from './caller.ts';
import { foldHistory, NO_HISTORY, type History } from './history.ts';
import type { ConversationStore } from './ports.ts';
import { hasUnanswered, withSettlements, type UnansweredCallStore } from './unanswered-call.ts';

/**
 * Histories of conversations. What ended runs left never changes, so it is folded once and remembered; only what came
 * later is read. Everything here can be had again from the log.
 */
export interface Histories {
  read(caller: Caller, conversationId: string): Promise<History>;
  /** What the conversation held when this run began. */
  before(caller: Caller, conversationId: string, runId: string): Promise<readonly Entry[]>;
  forget(caller: Caller, conversationId: string): void;
}

/** Bytes of events whose folds are remembered. In memory they take a few times as much. */
const MAX_BYTES = 48 * 1024 * 1024;

interface Kept {
  readonly history: History;
  readonly bytes: number;
}

export function createHistories(
  store: ConversationStore,
  unanswered: Pick<UnansweredCallStore, 'settlements'>,
  maxBytes: number = MAX_BYTES,
): Histories {
  /** In the order of use, the longest unused first. */
  const kept = new Map<string, Kept>();
  let total = 0;

  const drop = (key: string) => {
    total -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  const keep = (key: string, value: Kept) => {
    drop(key);
    if (value.bytes > maxBytes) return;
    kept.set(key, value);
    total += value.bytes;
    for (const oldest of kept.keys()) {
      if (total <= maxBytes) break;
      drop(oldest);
    }
  };

  const load = async (caller: Caller, id: string) => {
    const key = toKey(caller, id);
    const known = kept.get(key) ?? { history: NO_HISTORY, bytes: 0 };
    const later = await store.listRuns(caller, id, known.history.runs);
    const open = later.findIndex(({ running }) => running);
    const ended = open === -1 ? later : later.slice(0, open);
    const history = foldHistory(known.history, ended);
    // Two that read at once may have found different ends: the longer one stays.
    if (history.runs >= (kept.get(key)?.history.runs ?? 0))
      keep(key, { history, bytes: ended.reduce((sum, { bytes }) => sum + bytes, known.bytes) });
    return { history, open: later.slice(ended.length) };
  };

  /** What was found out of calls later stands beside the log, which ends with its run. */
  const settled = async (caller: Caller, id: string, history: History): Promise<History> => {
    if (!hasUnanswered(history.entries)) return history;
    const settlements = await unanswered.settlements(caller, id);
    return { ...history, entries: withSettlements(history.entries, settlements) };
  };

  return {
    async read(caller, id) {
      const { history, open } = await load(caller, id);
      return settled(caller, id, foldHistory(history, open));
    },
    async before(caller, id, runId) {
      const { history, open } = await load(caller, id);
      const at = open.findIndex(run => run.id === runId);
      const before = foldHistory(history, at === -1 ? open : open.slice(0, at));
      return (await settled(caller, id, before)).entries;
    },
    forget: (caller, id) => drop(toKey(caller, id)),
  };
}

/** With the caller in it: what is remembered for one is never found by another. */
function toKey(caller: Caller, id: string): string {
  return JSON.stringify([caller.workspace, caller.user, id]);
}
