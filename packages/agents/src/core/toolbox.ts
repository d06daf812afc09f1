import {
  failedOutcome,
  type CallRoute,
  type ToolCall,
  type ToolOutcome,
  type ToolSpec,
} from '@tramontane/engine';
import type { FunctionTool } from '@tramontane/wire';
import type { StoredConnectorTool, StoredTool } from './agent.ts';
import { toBoxFunction, type BoxTool } from './box-tool.ts';
import { callConnector, refusedCall, type CallOptions } from './call-connector.ts';
import type { Caller } from './caller.ts';
import { isAllowed, needsWord } from './connector-preference.ts';
import type { Connector, ConnectorAccess } from './connector.ts';
import { toHandoffTools } from './handoff-tools.ts';
import { ToolServerFailure, type ListedTool, type ToolServers } from './tool-servers.ts';
import { reachConnector, type ReachPorts, type UnreachedCode } from './reach-connector.ts';
import type { RunPlan } from './run-plan.ts';
import { definitionOf } from './tool-definition.ts';
import { nameTools } from './tool-names.ts';
import { isReadOnly, isRepeatable } from './tool-promise.ts';

/** The tools of one run: what the model may call, and where each call goes. */
export interface Toolbox {
  readonly specs: readonly ToolSpec[];
  /** Texts of the connectors in use, for the model. */
  readonly prompts: readonly string[];
  readonly missing: readonly MissingTools[];
  readonly routeOf: (name: string) => CallRoute;
  readonly call: (
    call: ToolCall,
    args: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ) => Promise<ToolOutcome>;
}

export interface MissingTools {
  readonly connectorId: string;
  readonly connectorName: string;
  readonly code: UnreachedCode;
  readonly message: string;
}

export interface ToolboxPorts extends ReachPorts {
  readonly servers: ToolServers;
}

export interface ToolboxRun {
  readonly caller: Caller;
  /** Connectors that this run brings along and that are kept nowhere: those of a run that is not stored. */
  readonly unstored?: readonly Connector[];
  readonly signal: AbortSignal;
}

interface Reached {
  readonly connector: Connector;
  readonly access: ConnectorAccess;
  /** Tools that may be used, by name, and whether a person has to allow them. */
  readonly offered: ReadonlyMap<string, { readonly tool: ListedTool; readonly confirmed: boolean }>;
}

/**
 * Lists the tools of every connector at once. A server that cannot be asked is `missing`; the others stay usable.
 * @param allowed Calls that a person allowed: their servers are asked for their tools anew, whatever is remembered.
 */
export async function openToolbox(
  run: ToolboxRun,
  plan: Pick<RunPlan, 'tools' | 'handoffs' | 'confirmation' | 'agentId'>,
  ports: ToolboxPorts,
  allowed: readonly ToolCall[] = [],
): Promise<Toolbox> {
  const fresh = new Set(
    allowed.map(({ target }) => (target.kind === 'connector' ? target.connectorId : undefined)),
  );
  const found = await Promise.all(
    plan.tools
      .filter(isConnectorTool)
      .map(tool => listConnector({ ...run, viaAgent: plan.agentId !== undefined }, tool, ports, fresh)),
  );
  const missing = found.flatMap(({ failure }) => (failure ? [failure] : []));
  const reached = new Map(found.flatMap(({ at }) => (at ? [[at.connector.id, at]] : [])));
  const ask = plan.confirmation !== 'refuse';
  const named = nameTools<BoxTool>(
    plan.tools.filter(isFunctionTool).map(tool => ({ name: tool.function.name, item: toBoxFunction(tool) })),
    [
      ...toHandoffTools(plan.handoffs ?? []),
      ...found.flatMap(({ at, listed }) =>
        at
          ? listed.map(tool => ({
              name: tool.name,
              connector: at.connector.name,
              item: toBoxTool(at, tool, ports.servers.isTrusted(at.connector), ask),
            }))
          : [],
      ),
    ],
  );
  const routes = new Map(named.map(({ name, item }) => [name, item.route]));

  return {
    specs: named.map(({ name, item }) => ({ name, ...item.spec })),
    prompts: [...reached.values()].flatMap(({ connector }) => connector.config.systemPrompt ?? []),
    missing,
    routeOf: name => routes.get(name) ?? { target: { kind: 'none' } },
    async call(call, args, options) {
      const { target } = call;
      if (target.kind !== 'connector')
        return failedOutcome('unknown_tool', `There is no tool named ${call.name} here.`);
      const known = reached.get(target.connectorId);
      if (!known)
        return refusedCall(call, 'connector_gone', 'its connector was deleted, or is no longer in use here.');
      const away = missing.find(({ connectorId }) => connectorId === target.connectorId);
      return (
        checkConsent(call, known, away) ??
        (await callConnector(ports.servers, known, target.tool, args, options))
      );
    },
  };
}

/** A call that needs a person's word leaves only with it, and only as what the person was asked about. */
function checkConsent(
  call: ToolCall,
  known: Reached,
  away: MissingTools | undefined,
): ToolOutcome | undefined {
  const tool = call.target.kind === 'connector' ? known.offered.get(call.target.tool) : undefined;
  if (!call.confirmation) {
    if (!tool?.confirmed) return undefined;
    const why =
      'it needs the confirmation of a person, who cannot be asked here. Ask for it in a stored conversation.';
    return refusedCall(call, 'confirmation_needed', why);
  }
  if (away) return refusedCall(call, away.code, away.message);
  if (!tool)
    return refusedCall(call, 'tool_gone', 'its server no longer offers it, or it is no longer in use here.');
  if (definitionOf(known.connector, tool.tool) === call.confirmation.definition) return undefined;
  const why =
    'its server describes it otherwise, or is at another address, since it was confirmed. Ask for it again.';
  return refusedCall(call, 'tool_changed', why);
}

async function listConnector(
  run: ToolboxRun & { readonly viaAgent: boolean },
  tool: StoredConnectorTool,
  ports: ToolboxPorts,
  fresh: ReadonlySet<string | undefined>,
): Promise<{ at?: Reached; listed: readonly ListedTool[]; failure?: MissingTools }> {
  const found = await reachConnector(run, tool, ports);
  // A connector that was deleted takes its tools with it; the agent goes on without them (API documentation).
  if (!found) return { listed: [] };
  const { connector } = found;
  if ('failure' in found) return { listed: [], failure: toMissing(connector, found.failure) };
  const { access, preferences } = found;
  try {
    const options = { signal: run.signal, ...(fresh.has(connector.id) && { refresh: true }) };
    const { tools, stale } = await ports.servers.list(connector, access, options);
    const listed = tools.filter(({ name }) => isChosen(tool, name) && isAllowed(preferences, name));
    const asked = tool.toolConfiguration?.requires_confirmation ?? [];
    const offered = listed.map(
      each =>
        [
          each.name,
          {
            tool: each,
            confirmed: needsWord({ name: each.name, readOnly: isReadOnly(each) }, asked, preferences),
          },
        ] as const,
    );
    // Its tools are kept for the turn, for it may be back in a moment; that it is away is said all the same.
    const failure = stale && toMissing(connector, stale);
    return { at: { connector, access, offered: new Map(offered) }, listed, ...(failure && { failure }) };
  } catch (error) {
    if (!(error instanceof ToolServerFailure)) throw error;
    const at = { connector, access, offered: new Map() };
    return { at, listed: [], failure: toMissing(connector, error) };
  }
}

function toMissing(
  connector: Connector,
  { code, message }: Pick<MissingTools, 'code' | 'message'>,
): MissingTools {
  return { connectorId: connector.id, connectorName: connector.name, code, message };
}

function isChosen(tool: StoredConnectorTool, name: string): boolean {
  const { include, exclude } = tool.toolConfiguration ?? {};
  if (include) return include.includes(name);
  return !exclude?.includes(name);
}

function toBoxTool(
  { connector, offered }: Reached,
  tool: ListedTool,
  trusted: boolean,
  ask: boolean,
): BoxTool {
  const readOnly = isReadOnly(tool);
  const known = offered.get(tool.name);
  return {
    spec: { description: tool.description ?? tool.title ?? '', inputSchema: tool.inputSchema, readOnly },
    route: {
      target: {
        kind: 'connector',
        connectorId: connector.id,
        connectorName: connector.name,
        tool: tool.name,
        repeatable: isRepeatable(tool, trusted),
      },
      ...(ask && known?.confirmed && { confirmation: { definition: definitionOf(connector, tool) } }),
    },
  };
}

function isConnectorTool(tool: StoredTool): tool is StoredConnectorTool {
  return tool.type === 'connector';
}

function isFunctionTool(tool: StoredTool): tool is FunctionTool {
  return tool.type === 'function';
}
