import {
  failedOutcome,
  type ToolCall,
  type ToolOutcome,
  type ToolSpec,
  type ToolTarget,
} from '@tramontane/engine';
import type { FunctionTool } from '@tramontane/wire';
import type { StoredConnectorTool, StoredTool } from './agent.ts';
import type { Caller } from './caller.ts';
import type { ConnectorVault } from './connector-vault.ts';
import type { Connector, ConnectorAccess } from './connector.ts';
import { ToolServerFailure, type ConnectorStore, type ListedTool, type ToolServers } from './ports.ts';
import { nameTools } from './tool-names.ts';

/** The tools of one run: what the model may call, and where each call goes. */
export interface Toolbox {
  readonly specs: readonly ToolSpec[];
  /** Texts of the connectors in use, for the model. */
  readonly prompts: readonly string[];
  readonly missing: readonly MissingTools[];
  readonly targetOf: (name: string) => ToolTarget;
  readonly call: (
    call: ToolCall,
    args: Readonly<Record<string, unknown>>,
    options: { readonly key: string; readonly signal: AbortSignal },
  ) => Promise<ToolOutcome>;
}

export interface MissingTools {
  readonly connectorId: string;
  readonly connectorName: string;
  readonly code: string;
  readonly message: string;
}

export interface ToolboxPorts {
  readonly connectors: ConnectorStore;
  readonly vault: ConnectorVault;
  readonly servers: ToolServers;
}

interface Reached {
  readonly connector: Connector;
  readonly access: ConnectorAccess;
}

interface BoxTool {
  readonly spec: Omit<ToolSpec, 'name'>;
  readonly target: ToolTarget;
}

/** Lists the tools of every connector at once. A server that cannot be asked is `missing`; the others stay usable. */
export async function openToolbox(
  run: { readonly caller: Caller; readonly unstored?: readonly Connector[] },
  tools: readonly StoredTool[],
  ports: ToolboxPorts,
  signal: AbortSignal,
): Promise<Toolbox> {
  const reached = new Map<string, Reached>();
  const found = await Promise.all(
    tools.filter(isConnectorTool).map(tool => listConnector(run, tool, ports, reached, signal)),
  );
  const missing = found.flatMap(({ failure }) => (failure ? [failure] : []));
  const named = nameTools<BoxTool>(
    tools.filter(isFunctionTool).map(tool => ({ name: tool.function.name, item: toBoxFunction(tool) })),
    found.flatMap(({ connector, listed }) =>
      connector
        ? listed.map(tool => ({
            name: tool.name,
            connector: connector.name,
            item: toBoxTool(connector, tool, ports.servers.isTrusted(connector)),
          }))
        : [],
    ),
  );
  const targets = new Map(named.map(({ name, item }) => [name, item.target]));

  return {
    specs: named.map(({ name, item }) => ({ name, ...item.spec })),
    prompts: [...reached.values()].flatMap(({ connector }) => connector.config.systemPrompt ?? []),
    missing,
    targetOf: name => targets.get(name) ?? { kind: 'none' },
    call: (call, args, options) => callConnector(call, args, options, ports, reached),
  };
}

async function listConnector(
  run: { readonly caller: Caller; readonly unstored?: readonly Connector[] },
  tool: StoredConnectorTool,
  ports: ToolboxPorts,
  reached: Map<string, Reached>,
  signal: AbortSignal,
): Promise<{ connector?: Connector; listed: readonly ListedTool[]; failure?: MissingTools }> {
  const connector =
    run.unstored?.find(({ id }) => id === tool.connectorId) ??
    (await ports.connectors.find(run.caller, tool.connectorId));
  // A connector that was deleted takes its tools with it; the agent goes on without them (API documentation).
  if (!connector) return { listed: [] };
  const access = ports.vault.accessFor(connector, tool);
  reached.set(connector.id, { connector, access });
  try {
    const { tools } = await ports.servers.list(connector, access, { signal });
    return { connector, listed: tools.filter(({ name }) => isChosen(tool, name)) };
  } catch (error) {
    if (!(error instanceof ToolServerFailure)) throw error;
    const { code, message } = error;
    return {
      connector,
      listed: [],
      failure: { connectorId: connector.id, connectorName: connector.name, code, message },
    };
  }
}

function isChosen(tool: StoredConnectorTool, name: string): boolean {
  const { include, exclude } = tool.toolConfiguration ?? {};
  if (include) return include.includes(name);
  return !exclude?.includes(name);
}

async function callConnector(
  call: ToolCall,
  args: Readonly<Record<string, unknown>>,
  options: { readonly key: string; readonly signal: AbortSignal },
  ports: ToolboxPorts,
  reached: ReadonlyMap<string, Reached>,
): Promise<ToolOutcome> {
  const { target } = call;
  if (target.kind !== 'connector')
    return failedOutcome('unknown_tool', `There is no tool named ${call.name} here.`);
  const known = reached.get(target.connectorId);
  if (!known) {
    return failedOutcome(
      'connector_gone',
      `The connector ${target.connectorName} was deleted; ${target.tool} was not called.`,
    );
  }
  try {
    const answer = await ports.servers.call(known.connector, known.access, {
      tool: target.tool,
      arguments: args,
      key: options.key,
      requestId: options.key,
      signal: options.signal,
    });
    return {
      status: 'done',
      isError: answer.isError,
      content: answer.content,
      ...(answer.structuredContent !== undefined && { structuredContent: answer.structuredContent }),
    };
  } catch (error) {
    if (!(error instanceof ToolServerFailure)) throw error;
    return toOutcome(error);
  }
}

/** A call that left and got no readable answer may have run: that is `unknown`, whatever broke on the way back. */
function toOutcome(failure: ToolServerFailure): ToolOutcome {
  const outcome = failedOutcome(failure.code, failure.message);
  if (!failure.mayHaveRun) return outcome;
  const doubt = failure.answered
    ? 'So it is not known what the call did; it was not repeated.'
    : 'The call had left, so it is not known whether the tool ran; it was not repeated.';
  const text = `${failure.message} ${doubt}`;
  return { ...outcome, status: 'unknown', content: [{ type: 'text', text }] };
}

function toBoxTool(connector: Connector, tool: ListedTool, trusted: boolean): BoxTool {
  const readOnly = tool.annotations?.['readOnlyHint'] === true;
  return {
    spec: { description: tool.description ?? tool.title ?? '', inputSchema: tool.inputSchema, readOnly },
    target: {
      kind: 'connector',
      connectorId: connector.id,
      connectorName: connector.name,
      tool: tool.name,
      // What a server says of itself is a hint; only the operator's word makes it safe to send a call twice.
      repeatable: trusted && (readOnly || tool.takesIdempotencyKey),
    },
  };
}

function toBoxFunction({ function: definition }: FunctionTool): BoxTool {
  return {
    spec: {
      description: definition.description ?? '',
      inputSchema: definition.parameters,
      // Handing a call back to the caller runs nothing.
      readOnly: true,
      ...(definition.strict !== undefined && { strict: definition.strict }),
    },
    target: { kind: 'caller' },
  };
}

function isConnectorTool(tool: StoredTool): tool is StoredConnectorTool {
  return tool.type === 'connector';
}

function isFunctionTool(tool: StoredTool): tool is FunctionTool {
  return tool.type === 'function';
}
