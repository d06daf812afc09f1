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
export type { Question } from './dialect.ts';
export type { ServerAuth, ServerTarget } from './server-target.ts';
export type {
  DialectName,
  ToolAnnotations,
  ToolDefinition,
  ToolIcon,
  ToolListing,
} from './tool-definitions.ts';
export * from './oauth/index.ts';
export type { ContentBlock, ToolCall, ToolResult } from './tool-result.ts';
