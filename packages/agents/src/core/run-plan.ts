import type { ModelSettings, ToolChoice } from '@tramontane/engine';
import type { CompletionArgs, Guardrail } from '@tramontane/wire';
import type { AgentConfig, StoredTool } from './agent.ts';
import type { ConversationTarget } from './conversation.ts';
import type { HandoffPlan } from './handoff-tools.ts';

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
  readonly agentName?: string;
  /** Agents that may take over. */
  readonly handoffs?: readonly HandoffPlan[];
  /** `client`: the run ends when another agent takes over. Default `server`: it goes on with that agent. */
  readonly handoffExecution?: 'client' | 'server';
  /** The version that the conversation was started with, for whenever its agent is in charge. */
  readonly pinned?: { readonly agentId: string; readonly version: number | string };
  /** Arguments of the request, which hold for every agent of the run. */
  readonly override?: PlanArgs;
  /** `refuse`: a tool that needs a person's word is not called, where nobody can be asked. Default `ask`. */
  readonly confirmation?: 'ask' | 'refuse';
  /** Checks of what goes in, before the run begins and before the agent takes over. */
  readonly guardrails?: readonly Guardrail[];
  /** `conversation`: they hold for every agent of it, instead of the agents' own. */
  readonly guardrailsOf?: 'conversation';
}

/** Arguments of a request: those of conversations, and what only the completion endpoints know. */
export interface PlanArgs extends Omit<CompletionArgs, 'tool_choice'> {
  readonly tool_choice?: CompletionArgs['tool_choice'] | { readonly function: { readonly name: string } };
  readonly parallel_tool_calls?: boolean;
  readonly prompt_mode?: 'reasoning' | null;
  readonly safe_prompt?: boolean;
  readonly prompt_cache_key?: string | null;
  readonly service_tier?: 'auto' | 'standard_only' | null;
}

export function planForAgent(
  agentId: string,
  config: AgentConfig,
  handoffs: readonly HandoffPlan[],
  override: PlanArgs | null,
): RunPlan {
  return {
    ...toPlan(config.model, config.instructions, config.tools, config.completionArgs, override),
    agentId,
    agentName: config.name,
    ...(handoffs.length > 0 && { handoffs }),
    ...(override && { override }),
    ...(config.guardrails?.length && { guardrails: config.guardrails }),
  };
}

export function planForModel(
  target: Pick<
    Extract<ConversationTarget, { kind: 'model' }>,
    'model' | 'instructions' | 'tools' | 'completionArgs'
  > & { readonly guardrails?: readonly Guardrail[] | null },
  override: PlanArgs | null,
): RunPlan {
  return {
    ...toPlan(target.model, target.instructions, target.tools, target.completionArgs, override),
    ...(target.guardrails?.length && { guardrails: target.guardrails }),
  };
}

function toPlan(
  model: string,
  instructions: string | null,
  tools: readonly StoredTool[],
  own: CompletionArgs,
  override: PlanArgs | null,
): RunPlan {
  // A request's arguments win over the agent's, each by itself (API reference, completion_args).
  const args: PlanArgs = { ...own, ...override };
  return {
    model,
    instructions: instructions ?? '',
    tools,
    toolChoice: toToolChoice(args.tool_choice),
    settings: toSettings(args),
  };
}

/** `any` and `required` both mean: call some tool. */
function toToolChoice(choice: PlanArgs['tool_choice']): ToolChoice {
  if (typeof choice === 'object') return { tool: choice.function.name };
  if (choice === 'any' || choice === 'required') return 'required';
  return choice ?? 'auto';
}

function toSettings(args: PlanArgs): ModelSettings {
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
    ...(args.prediction?.content != null && { prediction: args.prediction.content }),
    ...(args.parallel_tool_calls !== undefined && { parallelToolCalls: args.parallel_tool_calls }),
    ...(args.prompt_mode != null && { promptMode: args.prompt_mode }),
    ...(args.safe_prompt !== undefined && { safePrompt: args.safe_prompt }),
    ...(args.prompt_cache_key != null && { promptCacheKey: args.prompt_cache_key }),
    ...(args.service_tier != null && { serviceTier: args.service_tier }),
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
