import type { CompletionArgs, FunctionTool, Guardrail, ToolConfiguration } from '@tramontane/wire';

/** A tool as it is stored: an MCP server given inline has become a connector, and secrets are sealed. */
export type StoredTool = FunctionTool | StoredConnectorTool;

export interface StoredConnectorTool {
  readonly type: 'connector';
  /** UUID or name, as the caller gave it. */
  readonly connectorId: string;
  readonly toolConfiguration?: ToolConfiguration;
  /** A credential of this use only, sealed with the connector's reference as context. */
  readonly sealedAuthorization?: string;
}

/** What a version of an agent says. */
export interface AgentConfig {
  readonly model: string;
  readonly name: string;
  readonly instructions: string | null;
  readonly description: string | null;
  readonly tools: readonly StoredTool[];
  readonly completionArgs: CompletionArgs;
  readonly guardrails: readonly Guardrail[] | null;
  readonly handoffs: readonly string[] | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly versionMessage: string | null;
}

export interface Agent {
  readonly id: string;
  readonly ownerId: string;
  /** The version this object shows. */
  readonly version: number;
  readonly versions: readonly number[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deploymentChat: boolean;
  readonly source: string;
  readonly config: AgentConfig;
}
