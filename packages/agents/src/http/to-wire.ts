import type {
  Agent as WireAgent,
  Connector as WireConnector,
  Conversation as WireConversation,
  ToolEcho,
} from '@tramontane/wire';
import type { Agent, StoredTool } from '../core/agent.ts';
import type { Connector } from '../core/connector.ts';
import type { Conversation } from '../core/conversation.ts';

/** Tools go back as connectors and functions: SDKs know no other, and a stored credential is never shown. */
function toToolEcho(tool: StoredTool): ToolEcho {
  if (tool.type === 'function') return tool;
  return {
    type: 'connector',
    connector_id: tool.connectorId,
    ...(tool.toolConfiguration && { tool_configuration: tool.toolConfiguration }),
  };
}

export function toWireAgent(agent: Agent): WireAgent {
  const { config } = agent;
  return {
    object: 'agent',
    id: agent.id,
    version: agent.version,
    versions: [...agent.versions],
    created_at: agent.createdAt.toISOString(),
    updated_at: agent.updatedAt.toISOString(),
    deployment_chat: agent.deploymentChat,
    source: agent.source,
    owner_id: agent.ownerId,
    model: config.model,
    name: config.name,
    instructions: config.instructions,
    tools: config.tools.map(toToolEcho),
    completion_args: config.completionArgs,
    guardrails: config.guardrails && [...config.guardrails],
    description: config.description,
    handoffs: config.handoffs && [...config.handoffs],
    metadata: config.metadata,
    version_message: config.versionMessage,
  };
}

export function toWireConversation(conversation: Conversation): WireConversation {
  const { target } = conversation;
  const head = {
    object: 'conversation' as const,
    id: conversation.id,
    created_at: conversation.createdAt.toISOString(),
    updated_at: conversation.updatedAt.toISOString(),
    name: conversation.name,
    description: conversation.description,
    metadata: conversation.metadata,
  };
  if (target.kind === 'agent')
    return { ...head, agent_id: target.agentId, agent_version: target.agentVersion };
  return {
    ...head,
    model: target.model,
    instructions: target.instructions,
    tools: target.tools.map(toToolEcho),
    completion_args: target.completionArgs,
    guardrails: target.guardrails && [...target.guardrails],
  };
}

/** Python SDKs up to 2.5 read the owner's type as a number, and fail on a name (API notes, connectors). */
const OWNER_TYPE_USER = 1;

export function toWireConnector(connector: Connector, userAgent: string | undefined): WireConnector {
  const { config } = connector;
  return {
    id: connector.id,
    name: connector.name,
    description: config.description,
    created_at: connector.createdAt.toISOString(),
    modified_at: connector.modifiedAt.toISOString(),
    owner_type: readsNumbers(userAgent) ? OWNER_TYPE_USER : 'user',
    visibility: config.visibility,
    private_tool_execution: false,
    protocol: 'mcp',
    title: config.title,
    server: config.server,
    icon_url: config.iconUrl,
    owner_id: connector.ownerId,
    creator_id: connector.ownerId,
    system_prompt: config.systemPrompt,
    active: true,
    blocked_by: [],
    mistral: false,
    tools: null,
  };
}

function readsNumbers(userAgent: string | undefined): boolean {
  const version = userAgent?.match(/mistral-client-python\/(\d+)\.(\d+)/);
  if (!version) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major < 2 || (major === 2 && minor <= 5);
}
