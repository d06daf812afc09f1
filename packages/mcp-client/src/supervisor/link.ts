import { ConnectionError } from '../connection-error.ts';
import type { Dialect, Finding } from '../dialect.ts';
import { type DiscoveryOptions, discover, reconnect } from '../discovery.ts';
import { type Flight, startFlight } from '../flight.ts';
import { backoffMs, CIRCUIT_FAILURES, longestWaitMs, PATIENCE_MS, UNSOUND_CAP_MS } from './backoff.ts';
import type { ServerHealth } from './health.ts';
import { type LinkEvent, type LinkState, isDenial, nextState } from './states.ts';

export interface LinkOptions {
  readonly discovery: DiscoveryOptions;
  /** Aborted when all connections are closed. */
  readonly closed: AbortSignal;
  /** Whether somebody used the server lately; only then it is tried again without being asked. */
  readonly isWanted: () => boolean;
  readonly onChange: () => void;
}

/** A connection with the number of requests on it. One that is let go is closed after its last request. */
export interface Line {
  readonly dialect: Dialect;
  uses: number;
  isDropped: boolean;
  /** It has answered a request, so its end is no failed try. A handshake is none: some servers end right after it. */
  isProven: boolean;
  /** Requests in a row that were not answered in time. */
  silences: number;
}

export type LinkHealth = Omit<ServerHealth, 'server' | 'tools'>;

/** The connection to one server for one credential, with what is done when it fails. */
export interface Link {
  readonly state: LinkState;
  readonly line: Line | undefined;
  readonly health: LinkHealth;
  /**
   * The open connection, or a new one that all who ask meanwhile share. While the next try has its time, callers wait for
   * it; when too many have failed and it is far off, they are answered at once.
   * @throws ConnectionError
   */
  connected(signal: AbortSignal): Promise<Line>;
  /** Let go of a connection that no longer fits; only the one that failed, another caller may have made a new one. */
  drop(failed: Line, why: { readonly error: ConnectionError; readonly isElsewhere?: boolean }): void;
  /** A request was answered. */
  prove(line: Line): void;
  release(line: Line): void;
  rest(): void;
  close(): Promise<void>;
}

export function createLink({ discovery, closed, isWanted, onChange }: LinkOptions): Link {
  const { now } = discovery;
  let state: LinkState = 'idle';
  let since = now();
  let finding: Finding | undefined;
  let line: Line | undefined;
  let flight: Flight<Line> | undefined;
  let failures = 0;
  let connects = 0;
  let lastError: LinkHealth['lastError'];
  let nextTryAt: number | undefined;
  let lastTryMs = 0;
  let seen: Pick<LinkHealth, 'dialect' | 'via' | 'protocolVersion' | 'serverName'> = {};
  let timer: NodeJS.Timeout | undefined;
  const closing = new Set<Promise<unknown>>();

  function go(event: LinkEvent): void {
    const next = nextState(state, event);
    if (next === state) return;
    state = next;
    since = now();
    onChange();
  }

  async function open(signal: AbortSignal): Promise<Line> {
    const startedAt = now();
    const { connectMs, origin } = discovery.target();
    const limit = AbortSignal.timeout(connectMs);
    try {
      const dialect = await connect(AbortSignal.any([signal, limit]));
      connects += 1;
      const opened: Line = { dialect, uses: 0, isDropped: false, isProven: false, silences: 0 };
      adopt(opened);
      return opened;
    } catch (error) {
      lastTryMs = now() - startedAt;
      if (signal.aborted) {
        go('left');
        throw error;
      }
      const sentence = `${origin} could not be connected to within ${connectMs} ms.`;
      const known = limit.aborted
        ? new ConnectionError('timed_out', sentence, { server: origin, cause: error })
        : error;
      if (known instanceof ConnectionError) failed(known);
      else go('left');
      throw known;
    }
  }

  async function connect(signal: AbortSignal): Promise<Dialect> {
    const known = finding;
    const dialect =
      (known === undefined ? undefined : await reconnect(discovery, known, signal)) ??
      (await discover(discovery, signal));
    if (!signal.aborted) return dialect;
    // Everybody left while the handshake ended well.
    await dialect.close();
    throw signal.reason;
  }

  function adopt(opened: Line): void {
    const { dialect } = opened;
    finding = dialect.finding;
    line = opened;
    const { name, via, protocolVersion, serverName } = dialect;
    seen = { dialect: name, via, protocolVersion, ...(serverName === undefined ? {} : { serverName }) };
    clearTimeout(timer);
    nextTryAt = undefined;
    go('opened');
    void dialect.lost?.then(reason => {
      const server = discovery.target().origin;
      drop(opened, { error: new ConnectionError('closed', `${server} ${reason}.`, { server }) });
    });
  }

  function failed(error: ConnectionError): void {
    if (closed.aborted) return;
    lastError = { code: error.code, message: error.message, at: now() };
    if (isDenial(error.code)) {
      go('denied');
      return;
    }
    failures += 1;
    schedule(backoffMs(failures, { capMs: longestWaitMs(lastTryMs) }));
    go('failed');
  }

  /** The next try has its time; it comes by itself only while somebody wants the server. */
  function schedule(waitMs: number): void {
    clearTimeout(timer);
    nextTryAt = now() + waitMs;
    timer = setTimeout(() => {
      if (state === 'waiting' && isWanted()) void tryNow().landed;
    }, waitMs);
    timer.unref();
  }

  function tryNow(): Flight<Line> {
    if (flight !== undefined && !flight.abandoned) return flight;
    clearTimeout(timer);
    const started = startFlight(closed, async signal => {
      go('try');
      return open(signal);
    });
    flight = started;
    void started.landed.then(() => {
      if (flight === started) flight = undefined;
    });
    return started;
  }

  async function connected(signal: AbortSignal): Promise<Line> {
    if (line !== undefined) return line;
    if (state === 'waiting' && flight === undefined && nextTryAt !== undefined) {
      const waitMs = nextTryAt - now();
      if (waitMs > PATIENCE_MS && failures >= CIRCUIT_FAILURES) throw circuitOpen(waitMs);
      if (waitMs > 0) await pause(waitMs, AbortSignal.any([signal, closed]));
      if (line !== undefined) return line;
    }
    return tryNow().join(signal);
  }

  function circuitOpen(waitMs: number): ConnectionError {
    const server = discovery.target().origin;
    const said = lastError?.message ?? `${server} cannot be reached.`;
    return new ConnectionError(
      lastError?.code ?? 'unreachable',
      `${said} It failed ${failures} times in a row and is tried again in ${Math.ceil(waitMs / 100) / 10} s.`,
      { server },
    );
  }

  function drop(failedLine: Line, { error, isElsewhere = false }: Parameters<Link['drop']>[1]): void {
    if (!failedLine.isDropped) {
      failedLine.isDropped = true;
      if (failedLine.uses === 0) letGo(failedLine);
    }
    if (line !== failedLine || closed.aborted) return;
    line = undefined;
    if (isElsewhere) finding = undefined;
    lastError = { code: error.code, message: error.message, at: now() };
    if (isDenial(error.code)) {
      go('denied');
      return;
    }
    if (failedLine.isProven) failures = 0;
    else failures += 1;
    schedule(failures === 0 ? 0 : backoffMs(failures, { capMs: UNSOUND_CAP_MS }));
    go('lost');
  }

  function prove(proven: Line): void {
    proven.isProven = true;
    proven.silences = 0;
    if (line === proven) failures = 0;
  }

  function letGo(dropped: Line): void {
    const gone = dropped.dialect.close().catch(() => undefined);
    closing.add(gone);
    void gone.then(() => closing.delete(gone));
  }

  function rest(): void {
    clearTimeout(timer);
    const idle = line;
    line = undefined;
    nextTryAt = undefined;
    failures = 0;
    if (idle !== undefined) {
      idle.isDropped = true;
      letGo(idle);
    }
    go('rest');
  }

  return {
    get state() {
      return state;
    },
    get line() {
      return line;
    },
    get health(): LinkHealth {
      const isOpen = state === 'waiting' && failures >= CIRCUIT_FAILURES;
      return {
        state,
        since,
        circuit: isOpen ? 'open' : 'closed',
        failures,
        connects,
        ...(lastError && { lastError }),
        ...(state === 'waiting' && nextTryAt !== undefined && { nextTryAt }),
        ...seen,
      };
    },
    connected,
    drop,
    prove,
    release(used) {
      // Closing earlier would cut off other requests, whose answers may still come.
      if (used.isDropped && used.uses === 0) letGo(used);
    },
    rest,
    async close() {
      rest();
      go('close');
      await Promise.all(closing);
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}
