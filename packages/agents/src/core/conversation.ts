import type { CompletionArgs, Guardrail } from '@tramontane/wire';
import type { StoredTool } from './agent.ts';

/** What answers in a conversation: an agent, or a model with settings of its own. */
export type ConversationTarget =
  | {
      readonly kind: 'agent';
      readonly agentId: string;
      readonly agentVersion: number | string | null;
      /** In place of the agent's own, for this conversation. */
      readonly guardrails?: readonly Guardrail[];
    }
  | {
      readonly kind: 'model';
      readonly model: string;
      readonly instructions: string | null;
      readonly tools: readonly StoredTool[];
      readonly completionArgs: CompletionArgs;
      readonly guardrails: readonly Guardrail[] | null;
    };

export interface Conversation {
  readonly id: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly target: ConversationTarget;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
