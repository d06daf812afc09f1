import type { CallOutcome, GuardedCall, GuardedTool } from './guard.ts';

export const WRITE: GuardedTool = { name: 'send', idempotent: true, annotations: undefined };
export const quiet = { info: () => {}, warn: () => {} };

/** A call as the kit would make it. */
export function createCall(changes: Partial<GuardedCall> = {}): GuardedCall {
  return {
    requestId: 'request-1',
    name: changes.tool?.name ?? 'send',
    tool: WRITE,
    args: { to: 'anna' },
    caller: { subject: 'me', fingerprint: 'f' },
    address: '192.0.2.1',
    header: undefined,
    meta: undefined,
    idempotencyKey: 'key-1',
    signal: new AbortController().signal,
    ...changes,
  };
}

export function toResult(text: string): CallOutcome {
  return { kind: 'result', result: { content: [{ type: 'text', text }] } };
}
