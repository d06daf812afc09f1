import type { Engine } from '../engine/engine.ts';
import { HttpSession } from './http-session.ts';

export interface SessionLimits {
  /** At once; 10,000 unless given. The one that was quiet for longest makes room for a new one. */
  readonly maxSessions?: number;
  /** Milliseconds without a request until a session ends; 1,800,000 unless given. A client that listens is asked first. */
  readonly idleMs?: number;
}

/** The sessions of one endpoint. */
export interface HttpSessions {
  /** `undefined`: all of them are at work, and there is room for no more. */
  readonly open: (owner: string) => HttpSession | undefined;
  /** `undefined`: never there, ended, or somebody else's. */
  readonly find: (id: string, owner: string) => HttpSession | undefined;
  readonly end: (session: HttpSession) => void;
  /** Ends streams that wait for events, so that the server can close. */
  readonly endEvents: () => void;
  readonly endAll: () => void;
}

export const MAX_SESSIONS = 10_000;
const IDLE_MS = 1_800_000;
/** Looking at every session costs; opening one does not wait for it more often than this. */
const SWEEP_MS = 30_000;

/**
 * @param place goes before every id.
 * @param opened told of each session; what it returns, of its end.
 */
export function createHttpSessions(
  engine: Engine,
  limits: SessionLimits = {},
  place?: string,
  opened?: () => () => void,
): HttpSessions {
  const { maxSessions = MAX_SESSIONS, idleMs = IDLE_MS } = limits;
  const sessions = new Map<string, HttpSession>();
  let swept = performance.now();
  const end = (session: HttpSession): void => {
    sessions.delete(session.session.id);
    session.close();
  };
  const sweep = (): void => {
    swept = performance.now();
    for (const session of sessions.values()) {
      if (session.quietMs > idleMs) void session.isAlive().then(alive => alive || end(session));
    }
  };
  const makeRoom = (): void => {
    let quietest: HttpSession | undefined;
    for (const session of sessions.values()) {
      if (session.quietMs > (quietest?.quietMs ?? 0)) quietest = session;
    }
    if (quietest) end(quietest);
  };
  return {
    open: owner => {
      if (performance.now() - swept > Math.min(SWEEP_MS, idleMs)) sweep();
      if (sessions.size >= maxSessions) makeRoom();
      if (sessions.size >= maxSessions) return undefined;
      const session = new HttpSession(engine, owner, place, opened?.());
      sessions.set(session.session.id, session);
      return session;
    },
    find: (id, owner) => {
      const session = sessions.get(id);
      return session?.owner === owner ? session : undefined;
    },
    end,
    endEvents: () => sessions.forEach(session => session.endEvents()),
    endAll: () => sessions.forEach(end),
  };
}
