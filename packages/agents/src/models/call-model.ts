import { setTimeout as delay } from 'node:timers/promises';
import { APICallError } from '@ai-sdk/provider';
import { ModelFailure } from '@tramontane/engine';
import type { CallModel, ContentDelta, ModelAnswer, ModelRequest } from '@tramontane/engine';
import type { ModelCatalogue, ResolvedModel } from './catalogue.ts';
import { readAnswer } from './read-answer.ts';
import { toCallOptions } from './to-call-options.ts';
import { findNetworkCode, toModelFailure } from './to-failure.ts';
import { retryAfterOf } from './retry-after.ts';
import { createWatch, DEFAULT_LIMITS } from './watch.ts';
import type { WaitLimits } from './watch.ts';

export interface CallModelOptions {
  readonly limits?: Partial<WaitLimits>;
  /** Wait before the one retry when the vendor names none, milliseconds. Default 500. */
  readonly backoffMs?: number;
}

/** A vendor that asks for more than this is not waited for: the caller had better decide. */
const LONGEST_RETRY_AFTER_MS = 10_000;

/**
 * The engine's way to a model. It always streams, so that a slow answer and a dead vendor can be told apart, and
 * tries once more after 429, 5xx and network errors as long as no word of an answer has been passed on. Pieces of calls
 * may have been: calls that no whole answer has are not made, and who heard of them is told so.
 */
export function createCallModel(catalogue: ModelCatalogue, options: CallModelOptions = {}): CallModel {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const backoffMs = options.backoffMs ?? 500;

  return async (request, { signal, onDelta }) => {
    const resolved = catalogue.resolve(request.model);
    if (!resolved) {
      throw new ModelFailure(
        'invalid_model',
        `No provider is set for model ${request.model}. Set MISTRAL_API_KEY for Mistral's models, or ` +
          'TRAMONTANE_MODEL_BASE_URL for an OpenAI-compatible endpoint, or use the model "offline".',
      );
    }
    let calls = 0;
    for (let attempt = 0; ; attempt += 1) {
      let spoken = false;
      const hear = (delta: ContentDelta): void => {
        spoken ||= delta.kind !== 'call';
        onDelta(delta);
      };
      try {
        return await callOnce(resolved, request, limits, signal, hear, () => (calls += 1));
      } catch (error) {
        if (signal.aborted) throw toAbortError(signal);
        const waitMs = attempt === 0 && !spoken ? retryDelay(error, backoffMs) : undefined;
        if (waitMs === undefined) throw toModelFailure(error, request.model, resolved);
        await delay(waitMs, undefined, { signal }).catch(() => {
          throw toAbortError(signal);
        });
      }
    }
  };
}

async function callOnce(
  resolved: ResolvedModel,
  request: ModelRequest,
  limits: WaitLimits,
  signal: AbortSignal,
  onDelta: (delta: ContentDelta) => void,
  nextCall: () => number,
): Promise<ModelAnswer> {
  using watch = createWatch(signal, limits);
  const offline = resolved.provider === 'offline';
  const callOptions = toCallOptions(request, {
    // The vendors' packages write a picture in a tool result out as base64 text, which costs a fortune and shows nothing.
    imagesInResults: offline,
    // The offline model acts on the newest message; joined to an older one it would act on both.
    joinSpeakers: !offline,
  });
  try {
    const { stream } = await watch.race(
      resolved.model(request).doStream({ ...callOptions, abortSignal: watch.signal }),
    );
    return await readAnswer(stream, watch, onDelta, nextCall);
  } catch (error) {
    // A stopped request fails in the vendor's package too, in words of its own; why it was stopped is what counts.
    throw watch.signal.aborted ? watch.signal.reason : error;
  }
}

/** Milliseconds to wait before another try; undefined when there is to be none. */
function retryDelay(error: unknown, backoffMs: number): number | undefined {
  if (!APICallError.isInstance(error)) return findNetworkCode(error) === undefined ? undefined : backoffMs;
  const status = error.statusCode;
  if (status === undefined || status < 400)
    return findNetworkCode(error) === undefined ? undefined : backoffMs;
  if (status !== 429 && status < 500) return undefined;
  const asked = retryAfterOf(error);
  if (asked === undefined) return backoffMs;
  return asked <= LONGEST_RETRY_AFTER_MS ? asked : undefined;
}

function toAbortError(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  if (reason instanceof Error && reason.name === 'AbortError') return reason;
  const error = new DOMException('The model call was stopped.', 'AbortError');
  // A timeout or another reason of the caller stays visible.
  return Object.assign(error, { cause: reason });
}
