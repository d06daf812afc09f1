import { httpUrlSchema, type Tool, type ToolConfiguration } from '@tramontane/wire';
import type { StoredTool } from './agent.ts';
import { ApiError, notFound, wrongField, type FieldProblem } from './api-error.ts';
import type { Caller } from './caller.ts';
import type { ConnectorVault } from './connector-vault.ts';
import { originOf, type Connector } from './connector.ts';
import { toInlineConnector } from './inline-connector.ts';
import type { ConnectorStore } from './ports.ts';

export interface GivenToolsPorts {
  readonly connectors: ConnectorStore;
  readonly vault: ConnectorVault;
}

/** Tools as they are stored, and the connectors behind those of them that were given inline, stored by nobody yet. */
export interface GivenTools {
  readonly tools: readonly StoredTool[];
  readonly inline: readonly Connector[];
}

/**
 * Turns tools as callers give them into what is stored: an MCP server given inline becomes a connector, secrets are
 * sealed, and what this server does not have is refused by name, never ignored.
 * @param before Tools stored so far: a connector that comes back without its authorization keeps it.
 */
export async function toStoredTools(
  caller: Caller,
  tools: readonly Tool[],
  ports: GivenToolsPorts,
  before: readonly StoredTool[] = [],
): Promise<GivenTools> {
  const names = tools.flatMap(tool => (tool.type === 'function' ? tool.function.name : []));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw wrongField(
      ['body', 'tools'],
      `Two functions are named ${JSON.stringify(twice)}; names must differ.`,
    );
  }
  const stored: StoredTool[] = [];
  const inline: Connector[] = [];
  const connectors = new Set<string>();
  for (const [index, tool] of tools.entries()) {
    const { kept, connectorId, made } = await toStoredTool(
      caller,
      tool,
      ['body', 'tools', index],
      ports,
      before,
    );
    // One connector has one set of credentials in a run; of two, one would go out with the other's calls.
    if (connectorId !== undefined && connectors.has(connectorId)) {
      throw wrongField(
        ['body', 'tools', index],
        'This server is given twice. Give it once, with all its tools in one tool_configuration.',
      );
    }
    if (connectorId !== undefined) connectors.add(connectorId);
    stored.push(kept);
    if (made) inline.push(made);
  }
  return { tools: stored, inline };
}

async function toStoredTool(
  caller: Caller,
  tool: Tool,
  loc: FieldProblem['loc'],
  ports: GivenToolsPorts,
  before: readonly StoredTool[],
): Promise<{ kept: StoredTool; connectorId?: string; made?: Connector }> {
  switch (tool.type) {
    case 'function':
      return { kept: tool };
    case 'mcp': {
      const { server_url: url, auth, timeout } = tool.config;
      const configuration = tool.tool_configuration ?? tool.config.tool_configuration;
      const server = { url, auth: auth ?? null, timeoutSeconds: timeout ?? null };
      return toInline(toInlineConnector(caller, server, ports.vault), configuration);
    }
    case 'connector': {
      const { connector_id: reference, authorization, tool_configuration: configuration } = tool;
      // SDKs know no tool of type mcp; an address in the place of the connector's name is the way round that.
      if (/^https?:\/\//i.test(reference)) {
        const problem = httpUrlSchema.safeParse(reference).error?.issues[0];
        if (problem) throw wrongField([...loc, 'connector_id'], problem.message);
        const auth = authorization ? ({ type: 'bearer', token: authorization.value } as const) : null;
        const server = { url: reference, auth, timeoutSeconds: null };
        return toInline(toInlineConnector(caller, server, ports.vault), configuration);
      }
      const earlier = before.find(
        candidate => candidate.type === 'connector' && candidate.connectorId === reference,
      );
      const connector = await ports.connectors.find(caller, reference);
      // An agent outlives its connectors: clients that send its tools back must not be stopped by one that is gone.
      // A new authorization needs one all the same: it is for where that connector is.
      if (!connector && (!earlier || authorization)) throw notFound('connector', reference);
      const sealed =
        authorization && connector
          ? ports.vault.sealAuthorization(reference, {
              ...authorization,
              origin: originOf(connector.config.server),
            })
          : earlier?.type === 'connector'
            ? earlier.sealedAuthorization
            : undefined;
      const kept: StoredTool = {
        type: 'connector',
        connectorId: reference,
        ...toConfiguration(configuration),
        ...(sealed !== undefined && { sealedAuthorization: sealed }),
      };
      return { kept, connectorId: connector?.id ?? reference };
    }
    default:
      throw new ApiError(
        'tool_not_installed',
        `The built-in tool ${tool.type} is not installed on this server. Remove it, or connect an MCP server that offers it.`,
        { param: 'tools' },
      );
  }
}

function toInline(
  made: Connector,
  configuration: ToolConfiguration | null | undefined,
): { kept: StoredTool; connectorId: string; made: Connector } {
  const kept: StoredTool = { type: 'connector', connectorId: made.id, ...toConfiguration(configuration) };
  return { kept, connectorId: made.id, made };
}

function toConfiguration(configuration: ToolConfiguration | null | undefined): {
  toolConfiguration?: ToolConfiguration;
} {
  if (!configuration) return {};
  return { toolConfiguration: configuration };
}
