import type { ModelRequest, ModelSettings, ToolChoice } from '@tramontane/engine';
import type { JSONSchema7, LanguageModelV4CallOptions, LanguageModelV4ToolChoice } from '@ai-sdk/provider';
import { takeTurns } from './take-turns.ts';
import { toPrompt } from './to-prompt.ts';
import type { PromptOptions } from './to-prompt.ts';

/** A request of the engine in the words of the model interface. */
export function toCallOptions(request: ModelRequest, options: PromptOptions): LanguageModelV4CallOptions {
  const prompt = toPrompt(request, options);
  return {
    prompt: options.joinSpeakers ? takeTurns(prompt, request.entries) : prompt,
    ...toSettings(request.settings),
    // Without tools a tool choice is an error at some vendors. With tools and `none` they still travel:
    // leaving them out would change the start of the prompt and lose what the vendor has cached.
    ...(request.tools.length > 0 && {
      tools: request.tools.map(tool => ({
        type: 'function' as const,
        name: tool.name,
        description: tool.description,
        inputSchema: tool.inputSchema as JSONSchema7,
        ...(tool.strict !== undefined && { strict: tool.strict }),
        // Read by the offline model only; the model interface has no word for it.
        providerOptions: { tramontane: { readOnly: tool.readOnly } },
      })),
      toolChoice: toToolChoice(request.toolChoice),
    }),
  };
}

function toToolChoice(choice: ToolChoice): LanguageModelV4ToolChoice {
  return typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.tool };
}

function toSettings(settings: ModelSettings): Partial<LanguageModelV4CallOptions> {
  const format = settings.responseFormat;
  const strict = format && 'schema' in format ? format.strict : undefined;
  return {
    ...(settings.temperature !== undefined && { temperature: settings.temperature }),
    ...(settings.topP !== undefined && { topP: settings.topP }),
    ...(settings.maxTokens !== undefined && { maxOutputTokens: settings.maxTokens }),
    ...(settings.stop !== undefined && { stopSequences: [...settings.stop] }),
    ...(settings.seed !== undefined && { seed: settings.seed }),
    ...(settings.presencePenalty !== undefined && { presencePenalty: settings.presencePenalty }),
    ...(settings.frequencyPenalty !== undefined && { frequencyPenalty: settings.frequencyPenalty }),
    ...(settings.reasoningEffort !== undefined && { reasoning: settings.reasoningEffort }),
    // JSON without a schema goes into the body itself: a vendor's package writes a sentence of its own for it.
    ...(format &&
      'schema' in format && {
        responseFormat: {
          type: 'json' as const,
          name: format.name,
          schema: format.schema,
          ...(format.description !== undefined && { description: format.description }),
        },
      }),
    ...(strict !== undefined && {
      providerOptions: {
        mistral: { strictJsonSchema: strict },
        openaiCompatible: { strictJsonSchema: strict },
      },
    }),
  };
}
