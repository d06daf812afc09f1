import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import {
  appendConversationSchema,
  listConversationsQuerySchema,
  restartConversationSchema,
  startConversationSchema,
  type ConversationCancellation,
  type ConversationHistory,
  type ConversationMessages,
} from '@tramontane/wire';
import type { Turn } from '../core/begin-turn.ts';
import type { Conversations } from '../core/conversations.ts';
import { callerOf, goneSignal } from './caller.ts';
import { read } from './errors.ts';
import { toEventStream } from './event-stream.ts';
import { onlyWaits } from './guarding.ts';
import { tellFacts } from './request-facts.ts';
import { askedBy, TAKES_KEY } from './request-key.ts';
import { toAnswer } from './to-answer.ts';
import { toStream } from './to-stream.ts';
import { isMessage, toWireEntry } from './to-wire-entry.ts';
import { toWireConversation } from './to-wire.ts';

type ConversationPath = { Params: { id: string } };

/** `/v1/conversations` (API reference, conversations). */
export function addConversationRoutes(app: FastifyInstance, conversations: Conversations): void {
  app.post('/v1/conversations', TAKES_KEY, async (request, reply) => {
    const given = read(startConversationSchema, request.body, 'body');
    const turn = await conversations.start(callerOf(request), given, askedBy(request, reply));
    return answer(turn, given.stream, reply);
  });

  app.post<ConversationPath>('/v1/conversations/:id', TAKES_KEY, async (request, reply) => {
    const given = read(appendConversationSchema, request.body ?? {}, 'body');
    const { tool_confirmations: confirmations } = given;
    if (confirmations?.length) tellFacts(request, { confirmations });
    const turn = await conversations.append(
      callerOf(request),
      request.params.id,
      given,
      askedBy(request, reply),
    );
    return answer(turn, given.stream, reply);
  });

  app.post<ConversationPath>('/v1/conversations/:id/restart', TAKES_KEY, async (request, reply) => {
    const given = read(restartConversationSchema, request.body, 'body');
    const turn = await conversations.restart(
      callerOf(request),
      request.params.id,
      given,
      askedBy(request, reply),
    );
    return answer(turn, given.stream, reply);
  });

  app.post<ConversationPath>('/v1/conversations/:id/cancel', async (request, reply) => {
    const { id } = request.params;
    const status = await conversations.cancel(callerOf(request), id, goneSignal(reply));
    const cancellation: ConversationCancellation = {
      object: 'conversation.cancellation',
      conversation_id: id,
      status,
    };
    return cancellation;
  });

  app.get('/v1/conversations', async request => {
    const { page, page_size: limit, metadata } = read(listConversationsQuerySchema, request.query, 'query');
    const found = await conversations.list(callerOf(request), {
      offset: page * limit,
      limit,
      ...(metadata && { metadata }),
    });
    return found.map(toWireConversation);
  });

  app.get<ConversationPath>('/v1/conversations/:id', async request =>
    toWireConversation(await conversations.get(callerOf(request), request.params.id)),
  );

  app.delete<ConversationPath>('/v1/conversations/:id', async (request, reply) => {
    await conversations.remove(callerOf(request), request.params.id);
    return reply.code(204).send();
  });

  app.get<ConversationPath>('/v1/conversations/:id/history', async request => {
    const { id } = request.params;
    const entries = await conversations.history(callerOf(request), id);
    const history: ConversationHistory = {
      object: 'conversation.history',
      conversation_id: id,
      entries: entries.map(toWireEntry),
    };
    return history;
  });

  app.get<ConversationPath>('/v1/conversations/:id/messages', async request => {
    const { id } = request.params;
    const entries = await conversations.history(callerOf(request), id);
    const messages: ConversationMessages = {
      object: 'conversation.messages',
      conversation_id: id,
      messages: entries.map(toWireEntry).filter(isMessage),
    };
    return messages;
  });
}

/** The body's `stream` decides, not the Accept header: SDKs send both, people by hand only the one. */
async function answer(turn: Turn, stream: boolean, reply: FastifyReply): Promise<unknown> {
  const { conversationId, runId } = turn;
  tellFacts(reply.request, { conversationId, runId });
  onlyWaits(reply.request);
  if (turn.offline) reply.header('x-tramontane-model', 'offline');
  if (!stream) return await toAnswer(turn);
  return (
    reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-cache')
      // Without it nginx holds the events back until its buffer is full.
      .header('x-accel-buffering', 'no')
      .send(Readable.from(toEventStream(toStream(turn, () => new Date())), { objectMode: false }))
  );
}
