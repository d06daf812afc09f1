import { COMPLETION_DONE, type CompletionChunk } from '@tramontane/wire';
import type { Completion } from '../core/completions.ts';
import { orPing, PING_MS } from './event-stream.ts';
import { toCompletionStream, toFailedChunk } from './to-completion-stream.ts';

type Item = CompletionChunk | typeof COMPLETION_DONE;

/**
 * The stream of a completion once its first words are there: what fails before them rejects, and has a status of its own.
 * A model that thinks or a tool that works for longer is not waited for, because proxies drop a connection that is silent:
 * then the stream begins without words, and a failure is its last chunk.
 */
export async function startCompletionStream(
  completion: Completion,
  waitMs: number = PING_MS,
): Promise<AsyncGenerator<Item, void>> {
  const chunks = toCompletionStream(completion);
  const first = chunks.next();
  await orPing(first, waitMs);
  return toItems(completion, first, chunks);
}

async function* toItems(
  completion: Completion,
  first: Promise<IteratorResult<CompletionChunk, void>>,
  rest: AsyncGenerator<CompletionChunk, void>,
): AsyncGenerator<Item, void> {
  try {
    const chunk = await first;
    if (!chunk.done) yield chunk.value;
    yield* rest;
  } catch (failure) {
    completion.stop();
    yield toFailedChunk(completion, failure);
  }
  yield COMPLETION_DONE;
}
