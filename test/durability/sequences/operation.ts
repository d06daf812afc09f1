import type { FoldedEntry } from '../../api/read-stream.ts';
import { isRecord, text, type Json } from '../../api/shapes.ts';

export type Word = 'allowed' | 'denied';

/** What the caller knows of a conversation: its history, as it was read last. */
export interface Known {
  readonly id: string;
  readonly entries: readonly Json[];
  /** Words given in this conversation. Those of calls that it copied from another one do not count in it. */
  readonly decided: ReadonlyMap<string, Word>;
  /** What was answered to a word. */
  readonly answers: ReadonlyMap<string, readonly FoldedEntry[]>;
}

/** A turn that is asked for, and what must come of it where nothing disturbs it. */
export interface Operation {
  readonly kind: string;
  readonly words: string;
  /** The conversation it goes on with, or restarts. */
  readonly conversation?: Known;
  readonly path: string;
  readonly body: Json;
  readonly expects: 200 | 400 | 404 | 422;
  /** Of one that makes a conversation: the metadata by which it is found. */
  readonly tag?: string;
  /** Entries that are there before the turn. */
  readonly before: readonly Json[];
  /** Entries that go in: texts, and ids of calls whose results they are. */
  readonly inputs: readonly (
    | { readonly type: 'message.input'; readonly content: string }
    | { readonly type: 'function.result'; readonly tool_call_id: string }
  )[];
  readonly decisions: ReadonlyMap<string, Word>;
  /** A call whose word is given again: the answer is heard again, and nothing is done. */
  readonly repeats?: string;
  /** The vendor refuses somewhere in this turn. */
  readonly mayFail: boolean;
}

/** The id of the call that an entry is, or that it answers. */
export function callIdOf(entry: Json): string | undefined {
  const { tool_call_id: own, info } = entry;
  const id = own ?? (isRecord(info) ? info['tool_call_id'] : undefined);
  return typeof id === 'string' ? id : undefined;
}

/** Calls that wait for their caller. */
export function openCalls(entries: readonly Json[]): Json[] {
  const answered = new Set(
    entries.flatMap(entry => (entry['type'] === 'function.call' ? [] : callIdOf(entry))),
  );
  return entries.filter(entry => entry['type'] === 'function.call' && !answered.has(callIdOf(entry)));
}

export function isHeld(call: Json): boolean {
  return call['confirmation_status'] !== undefined;
}

/** What was put in is no part of an answer. */
export function isOutput({ type }: Json): boolean {
  return type !== 'message.input' && type !== 'function.result';
}

/** Whether a request without any input has something to answer. */
export function awaitsAnswer(entries: readonly Json[]): boolean {
  const last = entries.at(-1);
  return last !== undefined && text(last['type']) !== 'message.output';
}
