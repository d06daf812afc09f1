import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import {
  agentsCompletionRequestSchema,
  chatCompletionRequestSchema,
  frameCompletionChunk,
  type COMPLETION_DONE,
  type CompletionChunk,
} from '@tramontane/wire';
import type { Completion, Completions } from '../core/completions.ts';
import { callerOf, goneSignal } from './caller.ts';
import { read } from './errors.ts';
import { withPings } from './event-stream.ts';
import { onlyWaits } from './guarding.ts';
import { toCompletion } from './to-completion.ts';
import { startCompletionStream } from './start-completion-stream.ts';

/** `/v1/chat/completions` and `/v1/agents/completions` (API reference, chat and agents). */
export function addCompletionRoutes(app: FastifyInstance, completions: Completions): void {
  app.post('/v1/chat/completions', async (request, reply) => {
    const given = read(chatCompletionRequestSchema, request.body, 'body');
    return answer(await completions.chat(callerOf(request), given, goneSignal(reply)), given.stream, reply);
  });

  app.post('/v1/agents/completions', async (request, reply) => {
    const given = read(agentsCompletionRequestSchema, request.body, 'body');
    return answer(await completions.agent(callerOf(request), given, goneSignal(reply)), given.stream, reply);
  });
}

async function answer(completion: Completion, stream: boolean, reply: FastifyReply): Promise<unknown> {
  onlyWaits(reply.request);
  if (completion.offline) reply.header('x-tramontane-model', 'offline');
  try {
    if (!stream) return await toCompletion(completion);
    const items = await startCompletionStream(completion);
    return reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('x-accel-buffering', 'no')
      .send(Readable.from(withPings(items, toFrame), { objectMode: false }));
  } catch (error) {
    completion.stop();
    throw error;
  }
}

function toFrame(item: CompletionChunk | typeof COMPLETION_DONE): string {
  return typeof item === 'string' ? item : frameCompletionChunk(item);
}
