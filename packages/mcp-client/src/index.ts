export type {
  Answers,
  AskedBy,
  CreateMessageParams,
  CreateMessageResult,
  ElicitParams,
  ElicitResult,
  ListRootsResult,
} from './answers.ts';
export { type Attempt, ConnectionError, type ConnectionErrorCode } from './connection-error.ts';
export { type Connections, type ConnectionsOptions, openConnections } from './connections.ts';
export type { McpTransportName, Question } from './dialect.ts';
export type { ProcessTarget, RemoteTarget, Scope, ServerAuth, ServerTarget } from './server-target.ts';
export type { ServerHealth } from './supervisor/health.ts';
export type { LinkState } from './supervisor/states.ts';
export type { StdioCommand } from './transports/stdio-channel.ts';
export type {
  DialectName,
  ToolAnnotations,
  ToolDefinition,
  ToolIcon,
  ToolListing,
} from './tool-definitions.ts';
export * from './oauth/index.ts';
export type { ContentBlock, Progress, ToolCall, ToolResult } from './tool-result.ts';
