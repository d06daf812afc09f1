import type { FastifyInstance } from 'fastify';
import {
  listUnansweredCallsQuerySchema,
  settleUnansweredCallSchema,
  type UnansweredCall,
  type UnansweredCallList,
} from '@tramontane/wire';
import type { ShownCall, UnansweredCalls } from '../core/unanswered-calls.ts';
import { callerOf, goneSignal } from './caller.ts';
import { read } from './errors.ts';

type CallPath = { Params: { id: string; callId: string } };

/** `/v1/unanswered_calls` and `/v1/conversations/{id}/unanswered_calls`: this server's own. */
export function addUnansweredCallRoutes(app: FastifyInstance, calls: UnansweredCalls): void {
  app.get('/v1/unanswered_calls', async request => {
    const query = read(listUnansweredCallsQuerySchema, request.query, 'query');
    return toList(await calls.list(callerOf(request), toFilter(query)));
  });

  app.get<{ Params: { id: string } }>('/v1/conversations/:id/unanswered_calls', async request => {
    const query = read(listUnansweredCallsQuerySchema, request.query, 'query');
    const filter = { ...toFilter(query), conversationId: request.params.id };
    return toList(await calls.list(callerOf(request), filter));
  });

  app.post<CallPath>('/v1/conversations/:id/unanswered_calls/:callId', async request => {
    const { verdict, note = null } = read(settleUnansweredCallSchema, request.body, 'body');
    const { id, callId } = request.params;
    return toWire(await calls.settle(callerOf(request), id, callId, { verdict, note }));
  });

  app.post<CallPath>('/v1/conversations/:id/unanswered_calls/:callId/check', async (request, reply) => {
    const { id, callId } = request.params;
    return toWire(await calls.check(callerOf(request), id, callId, goneSignal(reply)));
  });
}

function toFilter(query: { page: number; page_size: number; settled: boolean }) {
  return { offset: query.page * query.page_size, limit: query.page_size, settled: query.settled };
}

function toList(found: readonly ShownCall[]): UnansweredCallList {
  return { object: 'list', data: found.map(toWire) };
}

function toWire({ call, conversationId, callId, noticedAt, settlement }: ShownCall): UnansweredCall {
  const { target } = call;
  const isConnector = target.kind === 'connector';
  return {
    object: 'unanswered_call',
    conversation_id: conversationId,
    tool_call_id: callId,
    connector_id: isConnector ? target.connectorId : null,
    connector_name: isConnector ? target.connectorName : null,
    tool_name: isConnector ? target.tool : call.name,
    arguments: call.arguments,
    noticed_at: noticedAt.toISOString(),
    can_be_checked: isConnector && target.repeatable,
    settlement: settlement && {
      verdict: settlement.verdict,
      note: settlement.note,
      settled_by: settlement.by,
      settled_at: settlement.at,
    },
  };
}
