import { SpanKind, type Span } from '@opentelemetry/api';
import type { CallModel, ModelAnswer } from '@tramontane/engine';
import { inSpan, toErrorType } from './in-span.ts';
import type { ServerMetrics } from './metrics.ts';

/** Counts and traces the questions to models (OpenTelemetry, semantic conventions for generative AI, "Inference"). */
export function watchModels(
  callModel: CallModel,
  providerOf: (model: string) => string | undefined,
  metrics: ServerMetrics,
): CallModel {
  return async (request, options) => {
    const provider = providerOf(request.model) ?? 'none';
    const model = metrics.modelLabel(request.model);
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': toProviderName(provider),
      'gen_ai.request.model': request.model,
    };
    const started = performance.now();
    const count = (status: string): void => {
      metrics.modelCalls.inc({ provider, model, status });
      metrics.modelSeconds.observe({ provider }, (performance.now() - started) / 1000);
    };
    try {
      const answer = await inSpan(`chat ${request.model}`, SpanKind.CLIENT, attributes, async span => {
        const answered = await callModel(request, options);
        describeAnswer(span, answered);
        return answered;
      });
      count('success');
      const { promptTokens, completionTokens } = answer.usage;
      metrics.modelTokens.inc({ provider, model, kind: 'prompt' }, promptTokens);
      metrics.modelTokens.inc({ provider, model, kind: 'completion' }, completionTokens);
      return answer;
    } catch (error) {
      count(toErrorType(error));
      throw error;
    }
  };
}

function describeAnswer(span: Span, { usage, finish }: ModelAnswer): void {
  span.setAttributes({
    'gen_ai.usage.input_tokens': usage.promptTokens,
    'gen_ai.usage.output_tokens': usage.completionTokens,
    'gen_ai.response.finish_reasons': [finish],
  });
}

/** The conventions have a name of their own for Mistral. */
function toProviderName(provider: string): string {
  return provider === 'mistral' ? 'mistral_ai' : provider;
}
