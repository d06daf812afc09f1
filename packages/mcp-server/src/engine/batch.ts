import type { RequestMeta } from '../request-meta.ts';
import type { Engine, Reply } from './engine.ts';
import { RPC, toErrorMessage } from './rpc.ts';
import type { Session } from './session.ts';

/** The one version with batches (2025-03-26, basic, "Batching"); its successors took them out again. */
const BATCHING = '2025-03-26';
/** Every message of a batch is worked on at once. */
const MOST_IN_BATCH = 100;

export function takesBatches(session: Session | undefined): boolean {
  return session?.protocolVersion === BATCHING;
}

/** One answer for all: an array of the replies, or nothing if none of the messages asked for one. */
export async function handleBatch(
  messages: readonly unknown[],
  meta: RequestMeta,
  handle: Engine['handle'],
): Promise<Reply> {
  if (messages.length === 0 || messages.length > MOST_IN_BATCH) {
    const message = `A batch holds 1 to ${MOST_IN_BATCH} messages, not ${messages.length}.`;
    const json = toErrorMessage(undefined, { code: RPC.invalidRequest, message, status: 400 });
    return { kind: 'message', json, status: 400 };
  }
  const replies = await Promise.all(
    // A batch in a batch is no message.
    messages.map(async message => handle(Array.isArray(message) ? null : message, meta)),
  );
  const written = replies.flatMap(reply => (reply.kind === 'message' ? [reply.json] : []));
  if (written.length === 0) return { kind: 'none', status: 202 };
  return { kind: 'message', json: `[${written.join(',')}]`, status: 200 };
}
