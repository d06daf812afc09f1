import {
  listUnansweredCallsQuerySchema,
  settleUnansweredCallSchema,
  unansweredCallListSchema,
  unansweredCallSchema,
} from '@tramontane/wire';
import type { Named, Operation } from './operation.ts';

const CALL: Named = ['UnansweredCall', unansweredCallSchema];
const LIST: Named = ['UnansweredCallList', unansweredCallListSchema];
const tag = 'unanswered calls';

export const UNANSWERED_CALL_OPERATIONS: readonly Operation[] = [
  {
    route: 'GET /v1/unanswered_calls',
    id: 'listUnansweredCalls',
    tag,
    summary: 'List tool calls of which nobody knows whether they ran',
    query: listUnansweredCallsQuerySchema,
    answer: LIST,
  },
  {
    route: 'GET /v1/conversations/{conversation_id}/unanswered_calls',
    id: 'listUnansweredCallsOfConversation',
    tag,
    summary: 'The same, of one conversation',
    query: listUnansweredCallsQuerySchema,
    answer: LIST,
  },
  {
    route: 'POST /v1/conversations/{conversation_id}/unanswered_calls/{tool_call_id}',
    id: 'settleUnansweredCall',
    tag,
    summary: 'Say what became of a call',
    body: ['SettleUnansweredCall', settleUnansweredCallSchema],
    answer: CALL,
  },
  {
    route: 'POST /v1/conversations/{conversation_id}/unanswered_calls/{tool_call_id}/check',
    id: 'checkUnansweredCall',
    tag,
    summary: 'Ask the tool server again, where that cannot do anything twice',
    answer: CALL,
  },
];
