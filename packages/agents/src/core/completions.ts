import type { Entry, RunSignal } from '@tramontane/engine';
import type { AgentsCompletionRequest, ChatCompletionRequest } from '@tramontane/wire';
import type { Agents } from './agents.ts';
import { ApiError, wrongField } from './api-error.ts';
import type { Caller } from './caller.ts';
import { toGivenChat } from './chat-messages.ts';
import type { Connector } from './connector.ts';
import { toStoredTools, type GivenToolsPorts } from './given-tools.ts';
import type { Guardrails } from './guardrails.ts';
import { createId, createUuid } from './ids.ts';
import type { CheckModel } from './models.ts';
import { planForAgent, planForModel, type PlanArgs, type RunPlan } from './run-plan.ts';
import type { Runs } from './runs.ts';

/** A completion under way: read every choice to its end. */
export interface Completion {
  readonly id: string;
  readonly model: string;
  readonly createdAt: Date;
  /** Answered by the offline model, which stands in for one that is not there. */
  readonly offline: boolean;
  readonly choices: readonly AsyncGenerator<RunSignal, void>[];
  /** Ends every choice that is still under way, when nobody reads them any more. */
  readonly stop: () => void;
}

/**
 * Completions (`/v1/chat/completions`, `/v1/agents/completions`): a run of its own for each choice, kept nowhere, with
 * the tools of connectors run on the server.
 */
export interface Completions {
  chat(caller: Caller, given: ChatCompletionRequest, signal: AbortSignal): Promise<Completion>;
  agent(caller: Caller, given: AgentsCompletionRequest, signal: AbortSignal): Promise<Completion>;
}

export interface CompletionsPorts extends GivenToolsPorts {
  readonly agents: Agents;
  readonly runs: Runs;
  readonly checkModel: CheckModel;
  readonly guardrails: Guardrails;
  readonly now: () => Date;
}

type Given = ChatCompletionRequest | AgentsCompletionRequest;

export function createCompletions(ports: CompletionsPorts): Completions {
  const begin = async (
    caller: Caller,
    given: Given,
    run: { plan: RunPlan; inputs: readonly Entry[]; inline: readonly Connector[] },
    signal: AbortSignal,
  ): Promise<Completion> => {
    checkToolChoice(run.plan);
    const { offline } = ports.checkModel(run.plan.model);
    // Chat completions have no place for what guardrails found; what they block is refused all the same.
    await ports.guardrails.check(given.guardrails ?? run.plan.guardrails, run.inputs, signal);
    const createdAt = ports.now();
    const unread = new AbortController();
    const either = AbortSignal.any([signal, unread.signal]);
    const first = { type: 'run.started', at: createdAt.toISOString(), inputs: run.inputs } as const;
    const choices = Array.from({ length: given.n ?? 1 }, (_, index) =>
      ports.runs.readUnstored(
        {
          id: createId('run'),
          caller,
          plan: withSeed(run.plan, index),
          history: [],
          events: [first],
          unstored: run.inline,
        },
        either,
      ),
    );
    const id = createUuid().replaceAll('-', '');
    return { id, model: run.plan.model, createdAt, offline, choices, stop: () => unread.abort() };
  };

  return {
    async chat(caller, given, signal) {
      const { instructions, entries } = toGivenChat(given.messages, ports.now());
      const { tools, inline } = await toStoredTools(caller, given.tools ?? [], ports);
      const target = { model: given.model, instructions, tools, completionArgs: {} };
      return begin(
        caller,
        given,
        { plan: planForModel(target, toArgs(given)), inputs: entries, inline },
        signal,
      );
    },
    async agent(caller, given, signal) {
      const { instructions, entries } = toGivenChat(given.messages, ports.now());
      const agent = await ports.agents.get(caller, given.agent_id);
      const { tools, inline } = await toStoredTools(caller, given.tools ?? [], ports);
      if (agent.config.handoffs?.length) {
        throw new ApiError(
          'not_supported',
          `Agent ${agent.id} hands over to other agents, which completions cannot show. Start a conversation with it.`,
          { param: 'agent_id' },
        );
      }
      const plan = planForAgent(agent.id, agent.config, [], toArgs(given));
      const all = [...plan.tools, ...tools];
      if (tools.length > 0) await refuseTwice(caller, all, ports.connectors);
      const asked = {
        ...plan,
        tools: all,
        instructions: [plan.instructions, instructions].filter(text => text !== '').join('\n\n'),
      };
      return begin(caller, given, { plan: asked, inputs: entries, inline }, signal);
    },
  };
}

/** What the request says of its own; what it leaves out or null is the agent's, or the vendor's default. */
function toArgs(given: Given): PlanArgs {
  const args: Record<string, unknown> = {};
  for (const name of ARGUMENTS) {
    const value = (given as Record<string, unknown>)[name];
    if (value != null) args[name] = value;
  }
  return args;
}

const ARGUMENTS = [
  'temperature',
  'top_p',
  'max_tokens',
  'stop',
  'random_seed',
  'response_format',
  'tool_choice',
  'presence_penalty',
  'frequency_penalty',
  'prediction',
  'parallel_tool_calls',
  'prompt_mode',
  'reasoning_effort',
  'prompt_cache_key',
  'service_tier',
  'safe_prompt',
] as const satisfies readonly (keyof PlanArgs)[];

/** With one seed for all of them, the choices would be one answer, several times. */
function withSeed(plan: RunPlan, index: number): RunPlan {
  const { seed } = plan.settings;
  return seed === undefined ? plan : { ...plan, settings: { ...plan.settings, seed: seed + index } };
}

/** A choice that can be seen to be wrong before any server is asked for its tools. */
function checkToolChoice({ toolChoice, tools }: RunPlan): void {
  if (typeof toolChoice === 'string') {
    if (toolChoice === 'required' && tools.length === 0) {
      throw new ApiError('invalid_request', 'tool_choice asks for a tool call, and there are no tools.', {
        param: 'tool_choice',
      });
    }
    return;
  }
  const named = tools.some(tool => tool.type !== 'function' || tool.function.name === toolChoice.tool);
  if (!named) {
    const loc = ['body', 'tool_choice', 'function', 'name'];
    throw wrongField(loc, `No tool is named ${JSON.stringify(toolChoice.tool)}.`);
  }
}

/** A connector by its name and again by its UUID would have two configurations, of which the looser one counts. */
async function refuseTwice(
  caller: Caller,
  tools: RunPlan['tools'],
  connectors: GivenToolsPorts['connectors'],
): Promise<void> {
  const names = new Set<string>();
  for (const tool of tools) {
    const name = tool.type === 'function' ? tool.function.name : tool.connectorId;
    const found =
      tool.type === 'connector' ? await connectors.find(caller, name, { viaAgent: true }) : undefined;
    const key = found?.id ?? name;
    if (names.has(key)) {
      throw wrongField(['body', 'tools'], `The agent has ${JSON.stringify(name)} among its tools already.`);
    }
    names.add(key);
  }
}
