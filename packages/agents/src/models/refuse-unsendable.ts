import type { Entry, ModelRequest } from '@tramontane/engine';
import { UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { ApiError } from '../core/api-error.ts';
import type { ResolvedModel } from './catalogue.ts';
import { toCallOptions } from './to-call-options.ts';
import { toModelFailure } from './to-failure.ts';

/**
 * Refuses pictures and documents that the vendor's package cannot write into a request. Once they are stored every later
 * turn would fail on them. The package itself is asked, by a request that is stopped before it leaves.
 * @throws ApiError in the words of the turn that would have failed.
 */
export async function refuseUnsendable(
  model: string,
  resolved: ResolvedModel,
  inputs: readonly Entry[],
): Promise<void> {
  if (resolved.provider === 'offline' || !inputs.some(hasAttachment)) return;
  const request: ModelRequest = {
    model,
    instructions: '',
    entries: inputs.filter(hasAttachment),
    tools: [],
    toolChoice: 'auto',
    settings: {},
  };
  const options = toCallOptions(request, { imagesInResults: false, joinSpeakers: true });
  try {
    await resolved.model(request).doStream({ ...options, abortSignal: AbortSignal.abort() });
  } catch (error) {
    if (!UnsupportedFunctionalityError.isInstance(error)) return;
    const { message, status } = toModelFailure(error, model, resolved);
    throw new ApiError('model_failed', message, status === undefined ? {} : { upstreamStatus: status });
  }
}

function hasAttachment(entry: Entry): boolean {
  if (entry.kind !== 'message.input' || typeof entry.content === 'string') return false;
  return entry.content.some(({ kind }) => kind === 'image' || kind === 'document');
}
