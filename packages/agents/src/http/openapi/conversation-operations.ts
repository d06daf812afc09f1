import {
  appendConversationSchema,
  conversationCancellationSchema,
  conversationEventSchema,
  conversationHistorySchema,
  conversationMessagesSchema,
  conversationResponseSchema,
  conversationSchema,
  listConversationsQuerySchema,
  restartConversationSchema,
  startConversationSchema,
} from '@tramontane/wire';
import type { Named, Operation } from './operation.ts';

const RESPONSE: Named = ['ConversationResponse', conversationResponseSchema];
const EVENT: Named = ['ConversationEvent', conversationEventSchema];
const tag = 'conversations';

export const CONVERSATION_OPERATIONS: readonly Operation[] = [
  {
    route: 'POST /v1/conversations',
    id: 'startConversation',
    tag,
    once: true,
    summary: 'Start a conversation with an agent or a model',
    body: ['StartConversation', startConversationSchema],
    answer: RESPONSE,
    events: EVENT,
  },
  {
    route: 'GET /v1/conversations',
    id: 'listConversations',
    tag,
    summary: "List the caller's conversations, newest first",
    query: listConversationsQuerySchema,
    answer: { listOf: ['Conversation', conversationSchema] },
  },
  {
    route: 'GET /v1/conversations/{conversation_id}',
    id: 'getConversation',
    tag,
    summary: 'Read a conversation',
    answer: ['Conversation', conversationSchema],
  },
  {
    route: 'POST /v1/conversations/{conversation_id}',
    id: 'appendConversation',
    tag,
    once: true,
    summary: 'Go on with a conversation: inputs, results of functions, confirmations',
    body: ['AppendConversation', appendConversationSchema],
    bodyOptional: true,
    answer: RESPONSE,
    events: EVENT,
  },
  {
    route: 'DELETE /v1/conversations/{conversation_id}',
    id: 'deleteConversation',
    tag,
    summary: 'Delete a conversation; a turn under way is stopped',
    status: 204,
  },
  {
    route: 'POST /v1/conversations/{conversation_id}/cancel',
    id: 'cancelConversation',
    tag,
    summary: 'Stop the turn under way and cancel its tool calls',
    answer: ['ConversationCancellation', conversationCancellationSchema],
  },
  {
    route: 'GET /v1/conversations/{conversation_id}/history',
    id: 'getConversationHistory',
    tag,
    summary: 'Read every entry of a conversation',
    answer: ['ConversationHistory', conversationHistorySchema],
  },
  {
    route: 'GET /v1/conversations/{conversation_id}/messages',
    id: 'getConversationMessages',
    tag,
    summary: 'Read the messages of a conversation',
    answer: ['ConversationMessages', conversationMessagesSchema],
  },
  {
    route: 'POST /v1/conversations/{conversation_id}/restart',
    id: 'restartConversation',
    tag,
    once: true,
    summary: 'Start a new conversation with the entries of another up to one of them',
    body: ['RestartConversation', restartConversationSchema],
    answer: RESPONSE,
    events: EVENT,
  },
];
