import type { ConnectionErrorCode } from '../connection-error.ts';

/**
 * - `idle`: not connected, and nothing is known to be wrong
 * - `connecting`: finding out what the server is, or shaking hands with it again
 * - `ready`: connected
 * - `waiting`: the last try failed, or the connection was lost; the next try has its time
 * - `refused`: the server, or our own guard, said no; it is asked again only when somebody wants it
 * - `closed`: for good
 */
export type LinkState = 'idle' | 'connecting' | 'ready' | 'waiting' | 'refused' | 'closed';

/**
 * - `try`: somebody wants the server, or the time of the next try has come
 * - `opened`, `failed`, `denied`, `left`: how the try ended; `left` is that nobody waited for it any more
 * - `lost`: the connection ended, or no longer fits the server
 * - `rest`: nobody has used it for a while
 * - `close`: these connections are closed
 */
export type LinkEvent = 'try' | 'opened' | 'failed' | 'denied' | 'left' | 'lost' | 'rest' | 'close';

/** What follows on what. An event that a state does not name changes nothing. */
const TRANSITIONS: Readonly<Record<LinkState, Readonly<Partial<Record<LinkEvent, LinkState>>>>> = {
  idle: { try: 'connecting', close: 'closed' },
  connecting: { opened: 'ready', failed: 'waiting', denied: 'refused', left: 'idle', close: 'closed' },
  ready: { lost: 'waiting', denied: 'refused', rest: 'idle', close: 'closed' },
  waiting: { try: 'connecting', rest: 'idle', close: 'closed' },
  refused: { try: 'connecting', rest: 'idle', close: 'closed' },
  closed: {},
};

export function nextState(state: LinkState, event: LinkEvent): LinkState {
  return TRANSITIONS[state][event] ?? state;
}

/** Waiting does not help against these: somebody has to change a credential, an address or a rule. */
const DENIALS: ReadonlySet<ConnectionErrorCode> = new Set([
  'refused',
  'sign_in_required',
  'authorization_failed',
  'invalid_target',
]);

export function isDenial(code: ConnectionErrorCode): boolean {
  return DENIALS.has(code);
}
