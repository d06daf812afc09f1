import type { Mistral } from '@mistralai/mistralai';
import { describe, expect, test } from 'vitest';
import {
  appendConversationSchema,
  conversationHistorySchema,
  conversationMessagesSchema,
  conversationResponseSchema,
  conversationSchema,
  listConversationsQuerySchema,
  restartConversationSchema,
  startConversationSchema,
  type Conversation,
  type ConversationHistory,
  type ConversationMessages,
  type ConversationResponse,
} from './conversations.ts';
import type { Entry, OutputEntry } from './entries.ts';
import { cannedClient } from './testing/canned-client.ts';
import { expectAgreement, type SdkCase } from './testing/sdk-case.ts';

const at = '2026-08-01T10:00:00.000Z';
const head = { object: 'entry', created_at: at, completed_at: at } as const;
const usage = {
  prompt_tokens: 1,
  completion_tokens: 2,
  total_tokens: 6,
  connector_tokens: 3,
  connectors: { t: 1 },
};

const outputs: OutputEntry[] = [
  {
    ...head,
    type: 'tool.execution',
    id: 'tool_exec_1',
    name: 'database_query',
    arguments: '{"query":"SELECT 1"}',
    info: { is_error: false, content: [{ type: 'text', text: '1' }] },
    agent_id: 'ag_1',
    model: null,
  },
  {
    ...head,
    type: 'function.call',
    id: 'fc_1',
    tool_call_id: 'abcdefghi',
    name: 'f',
    arguments: '{}',
    confirmation_status: 'pending',
  },
  {
    ...head,
    type: 'agent.handoff',
    id: 'handoff_1',
    previous_agent_id: 'a',
    previous_agent_name: 'A',
    next_agent_id: 'b',
    next_agent_name: 'B',
  },
  {
    ...head,
    type: 'message.output',
    id: 'msg_1',
    role: 'assistant',
    content: 'One.',
    model: 'm',
    agent_id: null,
  },
  {
    ...head,
    type: 'message.output',
    id: 'msg_2',
    role: 'assistant',
    content: [
      { type: 'text', text: 'a' },
      { type: 'image_url', image_url: { url: 'https://x/i.png', detail: 'low' } },
      { type: 'document_url', document_url: 'https://x/d.pdf', document_name: null },
      { type: 'tool_file', tool: 'code_interpreter', file_id: 'f', file_name: 'a.png', file_type: 'png' },
      {
        type: 'thinking',
        thinking: [
          { type: 'text', text: 't' },
          { type: 'reference', reference_ids: [1, 'b'] },
          { type: 'tool_reference', tool: 't', title: 'T' },
        ],
        signature: null,
        closed: true,
      },
      { type: 'tool_reference', tool: 'web_search', title: 'T', url: 'https://x', favicon: null },
    ],
  },
];
const input: Entry = {
  ...head,
  type: 'message.input',
  id: 'msg_0',
  role: 'user',
  content: 'q',
  prefix: false,
};
const result: Entry = {
  ...head,
  type: 'function.result',
  id: 'fr_1',
  tool_call_id: 'abcdefghi',
  result: '1',
};

const response: ConversationResponse = {
  object: 'conversation.response',
  conversation_id: 'conv_1',
  outputs,
  usage,
  guardrails: [{ moderation_llm_v2: { action: 'none' } }],
};
const history: ConversationHistory = {
  object: 'conversation.history',
  conversation_id: 'conv_1',
  entries: [input, result, ...outputs],
};
const messages: ConversationMessages = {
  object: 'conversation.messages',
  conversation_id: 'conv_1',
  messages: [{ ...head, type: 'message.input', id: 'msg_0', role: 'user', content: 'q', prefix: false }],
};
const withAgent: Conversation = {
  object: 'conversation',
  id: 'conv_1',
  created_at: at,
  updated_at: at,
  name: null,
  metadata: { a: 1 },
  agent_id: 'ag_1',
  agent_version: 'prod',
};
const withModel: Conversation = {
  object: 'conversation',
  id: 'conv_2',
  created_at: at,
  updated_at: at,
  model: 'm',
  instructions: null,
  tools: [{ type: 'connector', connector_id: 'c' }],
  completion_args: { max_tokens: 5 },
};

const beta = (client: Mistral) => client.beta.conversations;
const append = { conversationId: 'conv_1' };
const cases: SdkCase[] = [
  {
    name: 'start with a text',
    call: c => beta(c).start({ agentId: 'ag_1', inputs: 'hello' }),
    answer: response,
    answerSchema: conversationResponseSchema,
    bodySchema: startConversationSchema,
  },
  {
    name: 'start with entries and every option',
    call: c =>
      beta(c).start({
        model: 'm',
        inputs: [
          { role: 'user', content: [{ type: 'text', text: 'x' }] },
          { role: 'assistant', content: 'y', prefix: true },
        ],
        tools: [{ type: 'connector', connectorId: 'c', authorization: { type: 'api-key', value: 'v' } }],
        completionArgs: { topP: 0.5 },
        guardrails: [{ blockOnError: true, moderationLlmV1: null }],
        metadata: { a: 1 },
        store: false,
        handoffExecution: 'client',
      }),
    answer: response,
    bodySchema: startConversationSchema,
  },
  {
    name: 'append a function result',
    call: c =>
      beta(c).append({
        ...append,
        conversationAppendRequest: {
          inputs: [{ type: 'function.result', toolCallId: 'abcdefghi', result: '{}' }],
          toolConfirmations: [{ toolCallId: 'x', confirmation: 'allow' }],
        },
      }),
    answer: response,
    bodySchema: appendConversationSchema,
  },
  {
    name: 'append nothing',
    call: c => beta(c).append({ ...append, conversationAppendRequest: {} }),
    answer: response,
    bodySchema: appendConversationSchema,
  },
  {
    name: 'restart',
    call: c =>
      beta(c).restart({
        ...append,
        conversationRestartRequest: { fromEntryId: 'msg_1', inputs: '', agentVersion: 2 },
      }),
    answer: response,
    bodySchema: restartConversationSchema,
  },
  {
    name: 'list',
    call: c => beta(c).list({ page: 1, pageSize: 2, metadata: { a: 1 } }),
    answer: [withAgent, withModel],
    querySchema: listConversationsQuerySchema,
  },
  {
    name: 'get, agent kind',
    call: c => beta(c).get(append),
    answer: withAgent,
    answerSchema: conversationSchema,
  },
  {
    name: 'get, model kind',
    call: c => beta(c).get(append),
    answer: withModel,
    answerSchema: conversationSchema,
  },
  { name: 'delete', call: c => beta(c).delete(append), status: 204, answer: undefined },
  {
    name: 'history',
    call: c => beta(c).getHistory(append),
    answer: history,
    answerSchema: conversationHistorySchema,
  },
  {
    name: 'messages',
    call: c => beta(c).getMessages(append),
    answer: messages,
    answerSchema: conversationMessagesSchema,
  },
];

describe('the official SDK and our shapes of conversations agree (2.2, 3.1, 3.2)', () => {
  test.each(cases)('$name', expectAgreement);

  test('each output keeps its kind', async () => {
    const { client } = cannedClient(200, response);
    const got = await beta(client).start({ agentId: 'a', inputs: 'x' });
    expect(got.outputs.map(output => output.type)).toEqual(outputs.map(output => output.type));
    expect(got.usage).toEqual({
      promptTokens: 1,
      completionTokens: 2,
      totalTokens: 6,
      connectorTokens: 3,
      connectors: { t: 1 },
    });
  });
});
