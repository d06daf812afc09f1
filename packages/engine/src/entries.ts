import type { Content } from './content.ts';
import type { CallRoute, ToolOutcome, ToolTarget } from './tools.ts';

interface EntryBase {
  readonly id: string;
  /** RFC 3339 time, UTC. */
  readonly createdAt: string;
  readonly completedAt?: string;
}

interface FromModel extends EntryBase {
  readonly model?: string;
  readonly agentId?: string;
  /** Entries of one model answer share it; history given by a caller has none. */
  readonly answer?: string;
}

export interface MessageInput extends EntryBase {
  readonly kind: 'message.input';
  readonly role: 'user' | 'assistant';
  readonly content: Content;
  readonly prefix: boolean;
}

export interface MessageOutput extends FromModel {
  readonly kind: 'message.output';
  readonly content: Content;
}

export interface FunctionCall extends FromModel {
  readonly kind: 'function.call';
  readonly callId: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  /** Set when the call is the server's and waits for a person's word. */
  readonly confirmation?: CallRoute & { readonly status: 'pending' | 'allowed' | 'denied' };
}

export interface FunctionResult extends EntryBase {
  readonly kind: 'function.result';
  readonly callId: string;
  readonly result: string;
}

export interface ToolExecution extends FromModel {
  readonly kind: 'tool.execution';
  readonly callId: string;
  /** Name the model used. */
  readonly name: string;
  readonly arguments: string;
  readonly target: ToolTarget;
  readonly outcome: ToolOutcome;
  readonly durationMs?: number;
  /** Set when the entry came from a caller's own history: shown again as it was given. */
  readonly givenInfo?: Readonly<Record<string, unknown>>;
}

/** A tool server whose tools could not be listed at the start of a run: shown, never silently left out. */
export interface ToolsMissing extends EntryBase {
  readonly kind: 'tools.missing';
  readonly connectorId: string;
  readonly connectorName: string;
  readonly code: string;
  readonly message: string;
}

export interface AgentHandoff extends FromModel {
  readonly kind: 'agent.handoff';
  readonly previousAgentId: string;
  readonly previousAgentName: string;
  readonly nextAgentId: string;
  readonly nextAgentName: string;
}

export type Entry =
  MessageInput | MessageOutput | FunctionCall | FunctionResult | ToolExecution | ToolsMissing | AgentHandoff;
