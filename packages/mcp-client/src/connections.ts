import type { Egress } from '@tramontane/egress';
import type { Answers } from './answers.ts';
import { ConnectionError } from './connection-error.ts';
import type { Question } from './dialect.ts';
import { type ServerState, createServerState } from './server-state.ts';
import { type Scope, type ServerTarget, parseTarget, scopeKey } from './server-target.ts';
import type { ServerHealth } from './supervisor/health.ts';
import type { ToolListing } from './tool-definitions.ts';
import type { ToolCall, ToolResult } from './tool-result.ts';

export interface ConnectionsOptions {
  readonly egress: Egress;
  readonly clientName?: string;
  readonly clientVersion?: string;
  /** Milliseconds since 1970, for the age of lists. */
  readonly now?: () => number;
  /** Milliseconds without use after which a connection is closed. Default 5 minutes. */
  readonly idleMs?: number;
  /** Who answers what servers ask. Default: nobody. */
  readonly answers?: Answers;
  /** Milliseconds between signs of life on quiet sockets and pipes. Default 30 seconds. */
  readonly keepAliveMs?: number;
  /** Told of each change of a server's state. */
  readonly onHealth?: (health: ServerHealth, scope: Scope) => void;
  /** The environment of this process: children of `process` targets get a short list of it. Default: nothing. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** A line that a child wrote to its standard error. */
  readonly onStderr?: (server: string, line: string) => void;
}

export interface Connections {
  /**
   * The server's tools, from the cache while they are fresh.
   * @throws ConnectionError; the signal's reason on an abort
   */
  listTools(target: ServerTarget, options: { signal: AbortSignal; refresh?: boolean }): Promise<ToolListing>;
  /**
   * Call a tool. Resolves with the tool's own answer, `isError` ones and rejected arguments included.
   * @throws ConnectionError for everything else; the signal's reason on an abort
   */
  callTool(target: ServerTarget, call: ToolCall): Promise<ToolResult>;
  /**
   * Any other request of MCP, such as `resources/read` or `prompts/get`, with its result as the server sent it.
   * @throws ConnectionError; the signal's reason on an abort
   */
  request(target: ServerTarget, question: Question): Promise<Record<string, unknown>>;
  /**
   * How the servers of a connector are, or all that are remembered: one for each credential that was used lately, the
   * latest first. Asks nothing.
   */
  health(of?: Omit<Scope, 'credential'> & Partial<Scope>): readonly ServerHealth[];
  /** Close every connection; work under way ends with ConnectionError `closed`. */
  close(): Promise<void>;
}

const DEFAULT_IDLE_MS = 5 * 60_000;
const DEFAULT_KEEP_ALIVE_MS = 30_000;
/** Servers whose findings and lists are remembered; the longest unused without a connection goes first. */
const MAX_REMEMBERED = 1_000;
/** Characters of lists of tools that are kept. */
const MAX_LISTED = 32 * 1024 * 1024;

export function openConnections(options: ConnectionsOptions): Connections {
  const states = new Map<string, { readonly state: ServerState; readonly scope: Scope }>();
  const closed = new AbortController();

  function stateOf(target: ServerTarget): ServerState {
    const open = parseTarget(target);
    if (closed.signal.aborted)
      throw new ConnectionError('closed', `The connection to ${open.origin} was closed.`, {
        server: open.origin,
      });
    const key = scopeKey(target);
    const { scope } = target;
    const state =
      states.get(key)?.state ??
      createServerState(open, {
        egress: options.egress,
        client: { name: options.clientName ?? 'tramontane', version: options.clientVersion ?? '0.1.0' },
        now: options.now ?? Date.now,
        idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
        closed: closed.signal,
        answers: options.answers,
        keepAliveMs: options.keepAliveMs ?? DEFAULT_KEEP_ALIVE_MS,
        environment: options.environment ?? {},
        onStderr: options.onStderr ?? (() => undefined),
        onHealth: health => options.onHealth?.(health, scope),
      });
    state.retarget(open);
    // A Map keeps the order of insertion, so putting it in again makes it the youngest.
    states.delete(key);
    states.set(key, { state, scope });
    if (states.size > MAX_REMEMBERED) forgetOldest();
    return state;
  }

  function forgetOldest(): void {
    for (const [key, { state }] of states) {
      if (!state.isConnected) {
        states.delete(key);
        void state.close();
        return;
      }
    }
  }

  /** A list may be as large as any answer, and there may be one for each server: of those together so much is kept. */
  function forgetLists(): void {
    let kept = 0;
    for (const { state } of [...states.values()].toReversed()) {
      kept += state.listed;
      if (kept > MAX_LISTED) state.forgetList();
    }
  }

  return {
    async listTools(target, { signal, refresh = false }) {
      const state = stateOf(target);
      const before = state.listed;
      const listing = await state.listTools(signal, refresh);
      if (state.listed !== before) forgetLists();
      return listing;
    },
    callTool: async (target, call) => stateOf(target).callTool(call),
    request: async (target, question) => stateOf(target).ask(question),
    health: of =>
      [...states.values()].toReversed().flatMap(({ state, scope }) => {
        const isMeant =
          !of ||
          (scope.workspace === of.workspace &&
            scope.connector === of.connector &&
            (of.credential ?? scope.credential) === scope.credential);
        return isMeant ? [state.health] : [];
      }),
    async close() {
      closed.abort();
      const open = [...states.values()];
      states.clear();
      await Promise.all(open.map(({ state }) => state.close()));
    },
  };
}
