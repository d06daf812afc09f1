import { createGuards } from './create-guards.ts';
import type { CallGuard, CallOutcome, Guard, GuardedCall, GuardedTool } from './guard.ts';

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

/** What a call goes through on a server with nothing but this section. */
export function throughOnly(section: Guard): CallGuard {
  const arrival = { method: 'POST', path: '/mcp', header: () => undefined, id: 'request-1' };
  const { call } = createGuards({ log: section }).arrive(arrival);
  return (guarded, next) => (call === undefined ? next() : call(guarded, next));
}
