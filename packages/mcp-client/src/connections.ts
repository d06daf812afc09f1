import type { Egress } from '@tramontane/egress';
import type { Answers } from './answers.ts';
import { ConnectionError } from './connection-error.ts';
import type { Question } from './dialect.ts';
import { type ServerState, createServerState } from './server-state.ts';
import { type ServerTarget, parseTarget, scopeKey } from './server-target.ts';
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
  /** Close every connection; work under way ends with ConnectionError `closed`. */
  close(): Promise<void>;
}

const DEFAULT_IDLE_MS = 5 * 60_000;
/** Servers whose findings and lists are remembered; the longest unused without a connection goes first. */
const MAX_REMEMBERED = 1_000;

export function openConnections(options: ConnectionsOptions): Connections {
  const states = new Map<string, ServerState>();
  const closed = new AbortController();

  function stateOf(target: ServerTarget): ServerState {
    const open = parseTarget(target);
    if (closed.signal.aborted)
      throw new ConnectionError('closed', `The connection to ${open.origin} was closed.`, {
        server: open.origin,
      });
    const key = scopeKey(target);
    const known = states.get(key);
    const state =
      known ??
      createServerState(open, {
        egress: options.egress,
        client: { name: options.clientName ?? 'tramontane', version: options.clientVersion ?? '0.1.0' },
        now: options.now ?? Date.now,
        idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
        closed: closed.signal,
        answers: options.answers,
      });
    state.retarget(open);
    // A Map keeps the order of insertion, so putting it in again makes it the youngest.
    states.delete(key);
    states.set(key, state);
    if (states.size > MAX_REMEMBERED) forgetOldest();
    return state;
  }

  function forgetOldest(): void {
    for (const [key, state] of states) {
      if (!state.isConnected) {
        states.delete(key);
        return;
      }
    }
  }

  return {
    listTools: async (target, { signal, refresh = false }) => stateOf(target).listTools(signal, refresh),
    callTool: async (target, call) => stateOf(target).callTool(call),
    request: async (target, question) => stateOf(target).ask(question),
    async close() {
      closed.abort();
      const open = [...states.values()];
      states.clear();
      await Promise.all(open.map(state => state.close()));
    },
  };
}
