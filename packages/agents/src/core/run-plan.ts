import type { ModelSettings, ToolChoice } from '@tramontane/engine';
import type { CompletionArgs } from '@tramontane/wire';
import type { AgentConfig, StoredTool } from './agent.ts';
import { ApiError } from './api-error.ts';
import type { ConversationTarget } from './conversation.ts';

/**
 * All a run needs to be carried on, frozen when it starts: a later change of the agent does not reach it, and another
 * process can take it over.
 */
export interface RunPlan {
  readonly model: string;
  readonly instructions: string;
  readonly tools: readonly StoredTool[];
  readonly toolChoice: ToolChoice;
  readonly settings: ModelSettings;
  readonly agentId?: string;
}

export function planForAgent(agentId: string, config: AgentConfig, override: CompletionArgs | null): RunPlan {
  if (config.handoffs?.length) {
    throw new ApiError(
      'not_supported',
      `Agent ${agentId} has handoffs, which are stored but not carried out yet. Clear its handoffs to talk with it.`,
      { param: 'agent_id' },
    );
  }
  return {
    ...toPlan(config.model, config.instructions, config.tools, config.completionArgs, override),
    agentId,
  };
}

export function planForModel(
  target: Extract<ConversationTarget, { kind: 'model' }>,
  override: CompletionArgs | null,
): RunPlan {
  return toPlan(target.model, target.instructions, target.tools, target.completionArgs, override);
}

function toPlan(
  model: string,
  instructions: string | null,
  tools: readonly StoredTool[],
  own: CompletionArgs,
  override: CompletionArgs | null,
): RunPlan {
  // A request's arguments win over the agent's, each by itself (API reference, completion_args).
  const args: CompletionArgs = { ...own, ...override };
  return {
    model,
    instructions: instructions ?? '',
    tools,
    toolChoice: toToolChoice(args.tool_choice),
    settings: toSettings(args),
  };
}

/** `any` and `required` both mean: call some tool. */
function toToolChoice(choice: CompletionArgs['tool_choice']): ToolChoice {
  if (choice === 'any' || choice === 'required') return 'required';
  return choice ?? 'auto';
}

function toSettings(args: CompletionArgs): ModelSettings {
  const format = toResponseFormat(args.response_format);
  return {
    ...(args.temperature != null && { temperature: args.temperature }),
    ...(args.top_p != null && { topP: args.top_p }),
    ...(args.max_tokens != null && { maxTokens: args.max_tokens }),
    ...(args.stop != null && { stop: typeof args.stop === 'string' ? [args.stop] : args.stop }),
    ...(args.random_seed != null && { seed: args.random_seed }),
    ...(args.presence_penalty != null && { presencePenalty: args.presence_penalty }),
    ...(args.frequency_penalty != null && { frequencyPenalty: args.frequency_penalty }),
    ...(args.reasoning_effort != null && { reasoningEffort: args.reasoning_effort }),
    ...(format && { responseFormat: format }),
  };
}

function toResponseFormat(format: CompletionArgs['response_format']): ModelSettings['responseFormat'] {
  if (!format || format.type === undefined || format.type === 'text') return undefined;
  const schema = format.json_schema;
  if (format.type === 'json_object' || !schema) return { type: 'json' };
  return {
    type: 'json',
    name: schema.name,
    schema: schema.schema,
    ...(schema.description != null && { description: schema.description }),
    ...(schema.strict !== undefined && { strict: schema.strict }),
  };
}
