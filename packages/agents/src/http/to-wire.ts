import type { Agent as WireAgent, Conversation as WireConversation, ToolEcho } from '@tramontane/wire';
import type { Agent, StoredTool } from '../core/agent.ts';
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
