import { ConnectionError } from './connection-error.ts';
import type { Dialect, Finding, Question } from './dialect.ts';
import type { DiscoveryOptions } from './discovery.ts';
import { createListingCache } from './listing-cache.ts';
import type { OpenTarget } from './server-target.ts';
import type { ServerHealth } from './supervisor/health.ts';
import { startKeepAlive } from './supervisor/keep-alive.ts';
import { type Line, createLink } from './supervisor/link.ts';
import type { ToolListing } from './tool-definitions.ts';
import { type ToolCall, type ToolResult, toErrorResult } from './tool-result.ts';

export interface ServerStateOptions extends Omit<DiscoveryOptions, 'target' | 'onListChanged'> {
  readonly idleMs: number;
  readonly keepAliveMs: number;
  /** Aborted when all connections are closed. */
  readonly closed: AbortSignal;
  readonly onHealth: (health: ServerHealth) => void;
}

/** Everything that is kept of one server for one scope: where it was found, the connection, the list of tools. */
export interface ServerState {
  readonly isConnected: boolean;
  readonly health: ServerHealth;
  /** Characters of the list of tools that is kept. */
  readonly listed: number;
  forgetList(): void;
  /** Take over limits and headers of a newer target of the same scope. */
  retarget(target: OpenTarget): void;
  listTools(signal: AbortSignal, refresh: boolean): Promise<ToolListing>;
  callTool(call: ToolCall): Promise<ToolResult>;
  ask(question: Question): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Requests in a row without an answer in time, after which the connection itself is doubted. */
const MAX_SILENCES = 3;
const LONGEST_PING_MS = 10_000;

export function createServerState(first: OpenTarget, options: ServerStateOptions): ServerState {
  let target = first;
  let users = 0;
  let idleTimer: NodeJS.Timeout | undefined;

  const link = createLink({
    discovery: { ...options, target: () => target, onListChanged: () => listings.expire() },
    closed: options.closed,
    isWanted: () => users > 0 || idleTimer !== undefined,
    onChange: () => options.onHealth(health()),
  });
  const listings = createListingCache({
    now: options.now,
    closed: options.closed,
    fetch: signal =>
      onAnyLine(
        signal,
        async dialect => ({ source: dialect, raw: await dialect.list(signal) }),
        isWorthAnotherLook,
      ),
  });
  const pingMs = Math.min(LONGEST_PING_MS, options.keepAliveMs);
  const keepAlive = startKeepAlive({
    everyMs: options.keepAliveMs,
    line: () => link.line,
    ping: async line => {
      const signal = AbortSignal.timeout(pingMs);
      const asked = on(line, dialect => dialect.ping(signal));
      await asked.catch((cause: unknown) => {
        if (!signal.aborted) return;
        const message = `${target.origin} gave no sign of life within ${pingMs} ms.`;
        link.drop(line, { error: new ConnectionError('closed', message, { server: target.origin, cause }) });
      });
    },
  });

  function health(): ServerHealth {
    const { last } = listings;
    return {
      server: target.origin,
      ...link.health,
      ...(last && {
        tools: { count: last.tools.length, fetchedAt: last.fetchedAt, stale: last.stale !== undefined },
      }),
    };
  }

  /** Work on a connection; what its failure says of the connection is acted on here, and the failure goes on. */
  async function on<T>(
    line: Line,
    work: (dialect: Dialect) => Promise<T>,
    isMisfit: (error: ConnectionError) => boolean = () => false,
  ): Promise<T> {
    line.uses += 1;
    try {
      const done = await work(line.dialect);
      link.prove(line);
      return done;
    } catch (error) {
      if (error instanceof ConnectionError) judge(line, error, isMisfit(error));
      throw error;
    } finally {
      line.uses -= 1;
      link.release(line);
    }
  }

  function judge(line: Line, error: ConnectionError, isMisfit: boolean): void {
    if (error.code === 'timed_out') line.silences += 1;
    // A pool of connections is behind an HTTP line: one that broke says nothing of the next.
    const isOver = error.code === 'closed' && line.dialect.via !== 'http';
    // In 2025 a 404 is most often a lost session; the address stays.
    const isSession = error.status === 404 && line.dialect.name === 'mcp-2025';
    const isGone = error.status === 404 || error.status === 405;
    // Where fewer requests are wanted, a new handshake would be more.
    const isAway = error.code === 'unreachable' && error.status !== 429;
    if (isMisfit || isGone) link.drop(line, { error, isElsewhere: !isSession });
    else if (isOver || isAway || line.silences >= MAX_SILENCES) link.drop(line, { error });
    else if (error.rpcCode !== undefined || error.answered) link.prove(line);
  }

  /** Work without an effect: where the connection turns out not to fit any more, it is done again on a new one. */
  async function onAnyLine<T>(
    signal: AbortSignal,
    work: (dialect: Dialect) => Promise<T>,
    isMisfit: (error: ConnectionError) => boolean,
  ): Promise<T> {
    const line = await link.connected(signal);
    try {
      return await on(line, work, isMisfit);
    } catch (error) {
      if (!line.isDropped || signal.aborted) throw error;
    }
    return on(await link.connected(signal), work);
  }

  /** The answer, or why the call may be made again on another connection. */
  async function callOn(line: Line, call: ToolCall): Promise<ToolResult | ConnectionError> {
    const inputSchema = listings.last?.tools.find(tool => tool.name === call.name)?.inputSchema;
    try {
      return await on(line, async dialect => {
        const outcome = await dialect.call(call, inputSchema);
        if (outcome.kind === 'answer') return outcome.result;
        link.drop(line, { error: outcome.error, isElsewhere: !outcome.isSessionLost });
        return outcome.error;
      });
    } catch (error) {
      const isUnsent = error instanceof ConnectionError && line.isDropped && !error.mayHaveRun;
      if (!isUnsent || call.signal.aborted) throw error;
      return error;
    }
  }

  async function callTool(call: ToolCall): Promise<ToolResult> {
    const first = await link.connected(call.signal);
    const outcome = await callOn(first, call);
    if (!(outcome instanceof ConnectionError)) return outcome;
    const second = await link.connected(call.signal);
    // The REST form has no code for an unknown tool: a 404 of a server that is still there is about the tool.
    const isSame = isSamePlace(first.dialect.finding, second.dialect.finding);
    if (isSame && outcome.mayHaveRun) throw outcome;
    if (isSame && outcome.status === 404 && first.dialect.name === 'rest')
      return toErrorResult(outcome.message);
    const again = await callOn(second, call);
    if (again instanceof ConnectionError) throw again;
    return again;
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
        idleTimer = setTimeout(() => {
          idleTimer = undefined;
          link.rest();
        }, options.idleMs);
        idleTimer.unref();
      }
    }
  }

  return {
    get isConnected() {
      return link.line !== undefined || users > 0;
    },
    get health() {
      return health();
    },
    get listed() {
      return listings.last?.size ?? 0;
    },
    forgetList: () => listings.forget(),
    retarget(next) {
      target = next;
    },
    listTools: (signal, refresh) =>
      used(async () => {
        signal.throwIfAborted();
        return listings.read(signal, refresh);
      }),
    callTool: call =>
      used(async () => {
        call.signal.throwIfAborted();
        return callTool(call);
      }),
    ask: question =>
      used(async () => {
        question.signal.throwIfAborted();
        return onAnyLine(
          question.signal,
          dialect => dialect.ask(question),
          // "No such method" is an answer: a server need not have prompts.
          error => error.rpcCode === undefined && isWorthAnotherLook(error),
        );
      }),
    async close() {
      clearTimeout(idleTimer);
      keepAlive.stop();
      await link.close();
    },
  };
}

function isSamePlace(one: Finding, other: Finding): boolean {
  if (one.form === 'rest') return other.form === 'rest' && one.toolsUrl.href === other.toolsUrl.href;
  if (other.form === 'rest') return false;
  return one.url.href === other.url.href && one.via === other.via && one.era === other.era;
}

/** Whether a failure may come from a server that changed under its address. */
function isWorthAnotherLook(error: ConnectionError): boolean {
  return error.code === 'protocol_error' && (error.status === undefined || error.status < 500);
}
