import { ConnectionError } from './connection-error.ts';
import type { Dialect, Finding, Question, RawListing } from './dialect.ts';
import { type DiscoveryOptions, discover, reconnect } from './discovery.ts';
import { type Flight, startFlight } from './flight.ts';
import type { OpenTarget } from './server-target.ts';
import { type ToolListing, parseToolDefinitions } from './tool-definitions.ts';
import { type ToolCall, type ToolResult, toErrorResult } from './tool-result.ts';

export interface ServerStateOptions extends Pick<DiscoveryOptions, 'egress' | 'client' | 'answers'> {
  readonly now: () => number;
  readonly idleMs: number;
  /** Aborted when all connections are closed. */
  readonly closed: AbortSignal;
}

/** Everything that is kept of one server for one scope: where it was found, the connection, the list of tools. */
export interface ServerState {
  readonly isConnected: boolean;
  /** Take over limits and headers of a newer target of the same scope. */
  retarget(target: OpenTarget): void;
  listTools(signal: AbortSignal, refresh: boolean): Promise<ToolListing>;
  callTool(call: ToolCall): Promise<ToolResult>;
  ask(question: Question): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

const LIST_TTL_MS = 5 * 60_000;

/** A connection with the number of requests on it. One that is let go is closed after its last request. */
interface Line {
  readonly dialect: Dialect;
  uses: number;
  isDropped: boolean;
}

export function createServerState(first: OpenTarget, options: ServerStateOptions): ServerState {
  let target = first;
  let finding: Finding | undefined;
  let line: Line | undefined;
  let connecting: Flight<Line> | undefined;
  let listing: Flight<ToolListing> | undefined;
  let cached: { listing: ToolListing; expiresAt: number } | undefined;
  /** Counts changes the server told of, so that a list that was under way meanwhile is not taken for new. */
  let changes = 0;
  let users = 0;
  let idleTimer: NodeJS.Timeout | undefined;

  const discovery: DiscoveryOptions = {
    egress: options.egress,
    client: options.client,
    target: () => target,
    answers: options.answers,
    onListChanged: () => {
      changes += 1;
      // The old definitions still tell which arguments go into headers until the new ones are here.
      if (cached !== undefined) cached = { ...cached, expiresAt: -Infinity };
    },
  };

  async function connect(signal: AbortSignal): Promise<Line> {
    const known = finding;
    const opened =
      (known === undefined ? undefined : await reconnect(discovery, known, signal)) ??
      (await discover(discovery, signal));
    if (signal.aborted) {
      // Everybody left while the handshake ended well.
      await opened.close();
      signal.throwIfAborted();
    }
    finding = opened.finding;
    line = { dialect: opened, uses: 0, isDropped: false };
    return line;
  }

  /** The open connection, or a new one that all who ask meanwhile share. */
  async function connected(signal: AbortSignal): Promise<Line> {
    if (line !== undefined) return line;
    if (connecting === undefined || connecting.abandoned) {
      const flight = startFlight(options.closed, connect);
      connecting = flight;
      void flight.landed.then(() => {
        if (connecting === flight) connecting = undefined;
      });
    }
    return connecting.join(signal);
  }

  /** Let go of a connection that no longer fits. Only the one that failed: another caller may have made a new one. */
  function drop(failed: Line, isSessionLost: boolean): void {
    if (line === failed) {
      line = undefined;
      if (!isSessionLost) finding = undefined;
    }
    failed.isDropped = true;
  }

  async function on<T>(chosen: Line, work: (dialect: Dialect) => Promise<T>): Promise<T> {
    chosen.uses += 1;
    try {
      return await work(chosen.dialect);
    } finally {
      chosen.uses -= 1;
      // Closing earlier would cut off other requests, whose answers may still come.
      if (chosen.isDropped && chosen.uses === 0) chosen.dialect.close().catch(() => undefined);
    }
  }

  /** Work without an effect: where the connection turns out not to fit any more, it is done again on a new one. */
  async function onAnyLine<T>(signal: AbortSignal, work: (dialect: Dialect) => Promise<T>): Promise<T> {
    const first = await connected(signal);
    try {
      return await on(first, async dialect => {
        try {
          return await work(dialect);
        } catch (error) {
          const isStale = error instanceof ConnectionError && isWorthAnotherLook(error);
          // In 2025 this is most often a lost session; the address stays.
          if (isStale) drop(first, error.status === 404 && dialect.name === 'mcp-2025');
          throw error;
        }
      });
    } catch (error) {
      if (!first.isDropped || signal.aborted) throw error;
    }
    return on(await connected(signal), work);
  }

  async function fetchListing(signal: AbortSignal): Promise<ToolListing> {
    const before = changes;
    const { source, raw } = await onAnyLine(
      signal,
      async (dialect): Promise<{ source: Dialect; raw: RawListing }> => ({
        source: dialect,
        raw: await dialect.list(signal),
      }),
    );
    const { tools, problems } = parseToolDefinitions(raw.items, source.name);
    const fetchedAt = options.now();
    const found: ToolListing = {
      tools,
      dialect: source.name,
      protocolVersion: source.protocolVersion,
      ...(source.serverName === undefined ? {} : { serverName: source.serverName }),
      ...(source.instructions === undefined ? {} : { instructions: source.instructions }),
      fetchedAt,
      problems: [...raw.problems, ...problems],
    };
    if (changes === before)
      cached = { listing: found, expiresAt: fetchedAt + Math.max(0, raw.ttlMs ?? LIST_TTL_MS) };
    return found;
  }

  async function callOnce(call: ToolCall, isLast: boolean): Promise<ToolResult | undefined> {
    const chosen = await connected(call.signal);
    const inputSchema = cached?.listing.tools.find(tool => tool.name === call.name)?.inputSchema;
    return on(chosen, async dialect => {
      const outcome = await dialect.call(call, inputSchema);
      if (outcome.kind === 'answer') return outcome.result;
      // The REST form has no code for an unknown tool: a 404 that stays on a new look is about the tool.
      if (isLast && dialect.name === 'rest' && outcome.error.status === 404)
        return toErrorResult(outcome.error.message);
      drop(chosen, outcome.isSessionLost);
      if (isLast) throw outcome.error;
      return undefined;
    });
  }

  /** Runs work with the idle clock stopped, and gives an abort by `close` its name. */
  async function used<T>(work: () => Promise<T>): Promise<T> {
    users += 1;
    clearTimeout(idleTimer);
    try {
      return await work();
    } catch (error) {
      if (options.closed.aborted && !(error instanceof ConnectionError)) {
        throw new ConnectionError('closed', `The connection to ${target.origin} was closed.`, {
          server: target.origin,
          cause: error,
        });
      }
      throw error;
    } finally {
      users -= 1;
      if (users === 0 && !options.closed.aborted) {
        idleTimer = setTimeout(rest, options.idleMs);
        idleTimer.unref();
      }
    }
  }

  function rest(): void {
    const idle = line;
    line = undefined;
    idle?.dialect.close().catch(() => undefined);
  }

  return {
    get isConnected() {
      return line !== undefined || users > 0;
    },
    retarget(next) {
      target = next;
    },
    listTools: (signal, refresh) =>
      used(async () => {
        signal.throwIfAborted();
        if (!refresh && cached !== undefined && options.now() < cached.expiresAt) return cached.listing;
        if (listing === undefined || listing.abandoned) {
          const flight = startFlight(options.closed, fetchListing);
          listing = flight;
          void flight.landed.then(() => {
            if (listing === flight) listing = undefined;
          });
        }
        return listing.join(signal);
      }),
    callTool: call =>
      used(async () => {
        call.signal.throwIfAborted();
        const result = (await callOnce(call, false)) ?? (await callOnce(call, true));
        if (result === undefined) throw new Error('unreachable: the last attempt answers or throws');
        return result;
      }),
    ask: question =>
      used(async () => {
        question.signal.throwIfAborted();
        return onAnyLine(question.signal, dialect => dialect.ask(question));
      }),
    async close() {
      clearTimeout(idleTimer);
      const open = line;
      line = undefined;
      await open?.dialect.close();
    },
  };
}

/** Whether a failed list may come from a server that changed under its address. */
function isWorthAnotherLook(error: ConnectionError): boolean {
  return error.code === 'protocol_error' && (error.status === undefined || error.status < 500);
}
