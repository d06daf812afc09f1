import { ApiError } from './api-error.ts';
import type { Turn } from './begin-turn.ts';
import type { Caller } from './caller.ts';
import { usedElsewhere, type Asked, type RequestKey, type RequestKeyStore } from './request-key.ts';
import type { Runs } from './runs.ts';

export interface TurnOncePorts {
  readonly requestKeys: Pick<RequestKeyStore, 'findTurn'>;
  readonly runs: Pick<Runs, 'read'>;
}

/**
 * Begins a turn, or reads the one that began under the request's key before: from its first event, wherever it is
 * carried and whether it has ended or not. The key is written in one transaction with the run, so that there is no moment
 * at which a process could die between the two.
 * @param begin Must hand the key on to the store; what it throws means that it began nothing.
 */
export async function turnOnce(
  caller: Caller,
  given: { readonly store: boolean },
  { key, signal }: Asked,
  ports: TurnOncePorts,
  begin: () => Promise<Turn>,
): Promise<Turn> {
  if (!key) return begin();
  if (!given.store) {
    throw new ApiError(
      'invalid_request',
      'With store:false nothing is kept that an idempotency key could find again. Leave out one of the two.',
      { param: 'store' },
    );
  }
  const find = () => findTurn(caller, key, signal, ports);
  const known = await find();
  if (known) return known;
  try {
    return await begin();
  } catch (error) {
    // Another request with the key may have begun meanwhile. Then this one failed because of that turn.
    const meanwhile = signal.aborted ? undefined : await find();
    if (meanwhile) return meanwhile;
    throw error;
  }
}

async function findTurn(
  caller: Caller,
  key: RequestKey,
  signal: AbortSignal,
  ports: TurnOncePorts,
): Promise<Turn | undefined> {
  const kept = await ports.requestKeys.findTurn(caller, key);
  if (!kept) return undefined;
  if ('kind' in kept) throw usedElsewhere(kept);
  const { conversationId, runId, answered } = kept;
  if (kept.deleted) {
    throw new ApiError(
      'not_found',
      `The turn that this idempotency key began is gone: conversation ${conversationId} was deleted.`,
    );
  }
  return { conversationId, runId, ...answered, signals: ports.runs.read(caller, runId, signal) };
}
