import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as wire from './index.ts';

// Keys that the provider's OpenAPI document requires, schema by schema. A request of ours may require no other key,
// and none less; an answer of ours must always hold them.

type Shape = z.ZodType;

function requiredIn(schema: Shape, direction: 'input' | 'output'): string[] {
  const json = z.toJSONSchema(schema, { io: direction, unrepresentable: 'any' });
  return [...(json.required ?? [])].sort();
}

const requests: [string, Shape, string[]][] = [
  ['AgentCreationRequest', wire.createAgentSchema, ['model', 'name']],
  ['AgentUpdateRequest', wire.updateAgentSchema, []],
  ['ConversationRequest', wire.startConversationSchema, ['inputs']],
  ['ConversationAppendRequest', wire.appendConversationSchema, []],
  ['ConversationRestartRequest', wire.restartConversationSchema, ['from_entry_id']],
  ['ToolCallConfirmation', wire.toolConfirmationSchema, ['confirmation', 'tool_call_id']],
  ['ConnectorMCPCreate', wire.createConnectorSchema, ['description', 'name', 'server']],
  ['ConnectorMCPUpdate', wire.updateConnectorSchema, []],
  ['CredentialsCreateOrUpdate', wire.credentialsInputSchema, ['name']],
  ['MCPToolCallRequest', wire.callToolSchema, []],
  ['CompletionArgs', wire.completionArgsSchema, []],
  ['GuardrailConfig', wire.guardrailSchema, []],
  ['ToolConfiguration', wire.toolConfigurationSchema, []],
  ['Function', wire.functionDefinitionSchema, ['name', 'parameters']],
  ['ChatCompletionRequest', wire.chatCompletionRequestSchema, ['messages', 'model']],
  ['AgentsCompletionRequest', wire.agentsCompletionRequestSchema, ['agent_id', 'messages']],
];

const answers: [string, Shape, string[]][] = [
  [
    'Agent',
    wire.agentSchema,
    ['model', 'name', 'id', 'version', 'versions', 'created_at', 'updated_at', 'deployment_chat', 'source'],
  ],
  ['AgentListPage', wire.agentPageSchema, ['data']],
  ['AgentAliasResponse', wire.agentAliasSchema, ['alias', 'version', 'created_at', 'updated_at']],
  ['AgentConversation', wire.agentConversationSchema, ['id', 'created_at', 'updated_at', 'agent_id']],
  ['ModelConversation', wire.modelConversationSchema, ['id', 'created_at', 'updated_at', 'model']],
  ['ConversationResponse', wire.conversationResponseSchema, ['conversation_id', 'outputs', 'usage']],
  ['ConversationHistory', wire.conversationHistorySchema, ['conversation_id', 'entries']],
  ['ConversationMessages', wire.conversationMessagesSchema, ['conversation_id', 'messages']],
  ['MessageInputEntry', wire.messageInputEntrySchema, ['role', 'content']],
  ['MessageOutputEntry', wire.messageOutputEntrySchema, ['content']],
  ['FunctionCallEntry', wire.functionCallEntrySchema, ['tool_call_id', 'name', 'arguments']],
  ['FunctionResultEntry', wire.functionResultEntrySchema, ['tool_call_id', 'result']],
  ['ToolExecutionEntry', wire.toolExecutionEntrySchema, ['name', 'arguments']],
  [
    'AgentHandoffEntry',
    wire.agentHandoffEntrySchema,
    ['previous_agent_id', 'previous_agent_name', 'next_agent_id', 'next_agent_name'],
  ],
  ['Connector', wire.connectorSchema, ['id', 'name', 'description', 'created_at', 'modified_at']],
  [
    'Connector of SDK 2.7.0',
    wire.connectorSchema,
    ['owner_type', 'visibility', 'private_tool_execution', 'protocol'],
  ],
  [
    'Tool of a connector',
    wire.connectorToolSummarySchema,
    ['id', 'name', 'description', 'execution_config', 'visibility', 'created_at', 'modified_at'],
  ],
  ['PaginatedConnectors', wire.connectorPageSchema, ['items', 'pagination']],
  ['MCPTool', wire.connectorMcpToolSchema, ['name', 'inputSchema']],
  ['MCPToolCallResponse', wire.toolCallResultSchema, ['content']],
  ['AuthUrlResponse', wire.authUrlSchema, ['auth_url', 'ttl']],
  ['CredentialsResponse', wire.credentialsListSchema, ['credentials']],
  ['AuthenticationConfiguration', wire.credentialsSchema, ['name', 'authentication_type', 'scope']],
  ['PublicAuthenticationMethod', wire.publicAuthMethodSchema, ['method_type', 'has_default_credentials']],
  ['MessageResponse', wire.messageResponseSchema, ['message']],
  ['DeleteModelOut', wire.deletedModelSchema, ['id']],
  [
    'ChatCompletionResponse',
    wire.completionResponseSchema,
    ['id', 'object', 'model', 'usage', 'created', 'choices'],
  ],
  ['CompletionChunk', wire.completionChunkSchema, ['id', 'model', 'choices']],
  ['ResponseStartedEvent', wire.responseStartedEventSchema, ['type', 'conversation_id']],
  ['ResponseDoneEvent', wire.responseDoneEventSchema, ['type', 'usage']],
  ['ResponseErrorEvent', wire.responseErrorEventSchema, ['type', 'message', 'code']],
  ['MessageOutputEvent', wire.messageOutputDeltaEventSchema, ['type', 'id', 'content']],
  ['ToolExecutionStartedEvent', wire.toolExecutionStartedEventSchema, ['type', 'id', 'name', 'arguments']],
  ['ToolExecutionDeltaEvent', wire.toolExecutionDeltaEventSchema, ['type', 'id', 'name', 'arguments']],
  ['ToolExecutionDoneEvent', wire.toolExecutionDoneEventSchema, ['type', 'id', 'name']],
  [
    'FunctionCallEvent',
    wire.functionCallDeltaEventSchema,
    ['type', 'id', 'name', 'tool_call_id', 'arguments'],
  ],
  [
    'AgentHandoffStartedEvent',
    wire.agentHandoffStartedEventSchema,
    ['type', 'id', 'previous_agent_id', 'previous_agent_name'],
  ],
  [
    'AgentHandoffDoneEvent',
    wire.agentHandoffDoneEventSchema,
    ['type', 'id', 'next_agent_id', 'next_agent_name'],
  ],
];

describe('keys that the provider requires', () => {
  test.each(requests)('%s: a request needs these and no others', (_, schema, keys) => {
    expect(requiredIn(schema, 'input')).toEqual([...keys].sort());
  });

  test.each(answers)('%s: an answer always holds them', (_, schema, keys) => {
    expect(requiredIn(schema, 'output')).toEqual(expect.arrayContaining(keys));
  });
});

const at = '2026-08-01T10:00:00Z';
const agent = {
  object: 'agent',
  id: 'a',
  version: 0,
  versions: [0],
  created_at: at,
  updated_at: at,
  deployment_chat: false,
  source: 'api',
  model: 'm',
  name: 'n',
};
const execution = {
  object: 'entry',
  type: 'tool.execution',
  id: 't',
  created_at: at,
  name: 'n',
  arguments: '{}',
};
const response = { object: 'conversation.response', conversation_id: 'c', outputs: [], usage: {} };
const done = { type: 'conversation.response.done' };

describe('answers that break clients are no answers of ours (rules 3 to 8)', () => {
  test.each<[string, Shape, object]>([
    ['3: arguments missing', wire.outputEntrySchema, { ...execution, arguments: undefined }],
    ['3: arguments an object', wire.outputEntrySchema, { ...execution, arguments: {} }],
    ['4: an unknown entry', wire.outputEntrySchema, { ...execution, type: 'mcp.call' }],
    [
      '4: function.result in outputs',
      wire.outputEntrySchema,
      { object: 'entry', type: 'function.result', id: 'f', created_at: at, tool_call_id: 'a', result: '' },
    ],
    ['4: an unknown chunk', wire.outputChunkSchema, { type: 'mcp', text: '' }],
    ['7: no offset', wire.agentSchema, { ...agent, created_at: '2026-08-01T10:00:00' }],
    ['7: created_at null', wire.entrySchema, { ...execution, created_at: null }],
    ['7: seconds', wire.agentSchema, { ...agent, created_at: 1_785_578_400 }],
    ['8: tools null', wire.agentSchema, { ...agent, tools: null }],
    ['8: completion_args null', wire.agentSchema, { ...agent, completion_args: null }],
    ['8: tool_choice null', wire.agentSchema, { ...agent, completion_args: { tool_choice: null } }],
    ['8: usage null', wire.conversationResponseSchema, { ...response, usage: null }],
    ['8: info null', wire.outputEntrySchema, { ...execution, info: null }],
    ['9: versions missing', wire.agentSchema, { ...agent, versions: undefined }],
    [
      '12: an mcp tool in an answer',
      wire.toolEchoSchema,
      { type: 'mcp', config: { server_url: 'https://x' } },
    ],
    [
      'a connector with its authorization',
      wire.toolEchoSchema,
      { type: 'connector', connector_id: 'c', authorization: { type: 'api-key', value: 'v' } },
    ],
    ['done without usage', wire.conversationEventSchema, done],
    [
      'text as a list in a delta',
      wire.conversationEventSchema,
      {
        type: 'message.output.delta',
        id: 'm',
        output_index: 0,
        content_index: 0,
        role: 'assistant',
        content: [],
      },
    ],
    [
      'a conversation of both kinds',
      wire.conversationSchema,
      { object: 'conversation', id: 'c', created_at: at, updated_at: at, agent_id: 'a', model: 'm' },
    ],
  ])('%s', (_, schema, body) => {
    expect(schema.safeParse(body).success).toBe(false);
  });

  test('the same bodies without the fault are', () => {
    expect(wire.agentSchema.safeParse(agent).error).toBeUndefined();
    expect(wire.outputEntrySchema.safeParse(execution).error).toBeUndefined();
  });
});
