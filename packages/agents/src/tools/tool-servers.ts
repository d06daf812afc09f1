import { createHash } from 'node:crypto';
import type { Connections, Scope, ServerTarget, ToolDefinition, ToolListing } from '@tramontane/mcp-client';
import type { Connector, ConnectorAccess, ToolLimits } from '../core/connector.ts';
import { isTooDeep, MAX_DEPTH } from '../core/nesting.ts';
import type { OperatorProcess } from '../core/operator-connectors.ts';
import { ToolServerFailure, type ListedTool, type ToolServers } from '../core/tool-servers.ts';
import type { Authorizers } from './authorizers.ts';
import { toFailure } from './to-failure.ts';

/** Tool servers reached through the connections of `mcp-client`. */
export function createToolServers(
  connections: Connections,
  options: {
    readonly authorizers: Authorizers;
    /** Of servers that have none of their own. */
    readonly limits: ToolLimits;
    /** Origins of servers whose word about their tools the operator trusts; `*` trusts every one. */
    readonly trusted: readonly string[];
    /** The program behind a connector of the operator's. */
    readonly processOf: (connector: Connector) => OperatorProcess | undefined;
    /** Tools of a server that had to be left out, each with its reason: told once for each list that came in. */
    readonly onLeftOut: (connector: Connector, problems: readonly string[]) => void;
  },
): ToolServers {
  /** Of each list that came in, and is handed out again from then on: looked through once. */
  const usable = new WeakMap<ToolListing, readonly ListedTool[]>();

  function usableOf(listing: ToolListing, connector: Connector): readonly ListedTool[] {
    const known = usable.get(listing);
    if (known) return known;
    if (listing.problems.length > 0) options.onLeftOut(connector, listing.problems);
    // A tool whose schema nobody can walk is none; the others of its server stay usable.
    const tools = listing.tools.filter(tool => !isTooDeep(tool)).map(toListed);
    usable.set(listing, tools);
    return tools;
  }

  function target(connector: Connector, access: ConnectorAccess): ServerTarget {
    const { server, limits } = connector.config;
    const { idleMs: timeoutMs, ...rest } = { ...options.limits, ...limits };
    const base = { scope: scopeOf(connector, access), timeoutMs, ...rest };
    const command = options.processOf(connector);
    if (command !== undefined) return { ...base, name: server, process: command };
    const auth = options.authorizers.authFor(connector, access);
    return { ...base, url: server, auth, headers: access.headers };
  }

  return {
    async list(connector, access, { signal, refresh }) {
      const listing = await connections
        .listTools(target(connector, access), {
          signal,
          ...(refresh !== undefined && { refresh }),
        })
        .catch(error => Promise.reject(toFailure(error, connector, signal)));
      const { instructions, size, stale } = listing;
      return {
        tools: usableOf(listing, connector),
        size,
        ...(instructions !== undefined && { instructions }),
        ...(stale && { stale }),
      };
    },
    async call(connector, access, call) {
      const answer = await connections
        .callTool(target(connector, access), {
          name: call.tool,
          arguments: { ...call.arguments },
          idempotencyKey: call.key,
          ...(call.requestId !== undefined && { requestId: call.requestId }),
          ...(call.trace && { trace: call.trace }),
          signal: call.signal,
        })
        .catch(error => Promise.reject(toFailure(error, connector, call.signal)));
      if (!isTooDeep(answer)) return answer;
      throw tooDeep(connector);
    },
    health(connector, access) {
      return connections.health(scopeOf(connector, access))[0];
    },
    isTrusted: connector =>
      options.trusted.includes('*') || options.trusted.includes(new URL(connector.config.server).origin),
  };
}

/** The port's shape: annotations are claims of any kind, not only those the protocol names. */
function toListed({ annotations, icons, ...tool }: ToolDefinition): ListedTool {
  return { ...tool, ...(annotations && { annotations: { ...annotations } }), ...(icons && { icons }) };
}

function scopeOf(connector: Connector, access: ConnectorAccess): Scope {
  return {
    workspace: connector.workspace,
    connector: connector.id,
    // Different credentials never share a connection, nor what was seen through it; the digest keeps them secret.
    credential: createHash('sha256').update(JSON.stringify(access)).digest('hex'),
  };
}

function tooDeep(connector: Connector): ToolServerFailure {
  const message = `${connector.name} answered with more than ${MAX_DEPTH} levels of lists and objects in one another.`;
  return new ToolServerFailure('protocol_error', message, { mayHaveRun: true, answered: true });
}
