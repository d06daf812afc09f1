// Entries and what they hold
export * from './chunks.ts';
export * from './entries.ts';
// What an agent or a request is made of
export * from './completion-args.ts';
export * from './guardrails.ts';
export {
  agentVersionSchema,
  httpUrlSchema,
  metadataSchema,
  timestampSchema,
  type AgentVersion,
  type Metadata,
} from './scalars.ts';
export * from './tools.ts';
// Resources
export * from './agents.ts';
export * from './completions.ts';
export * from './connector-auth.ts';
export * from './connector-preferences.ts';
export * from './connectors.ts';
export * from './conversations.ts';
export * from './credentials.ts';
export * from './mcp-tools.ts';
export * from './models.ts';
export * from './oauth-clients.ts';
export * from './unanswered-calls.ts';
// Streams
export * from './event-stream.ts';
export * from './events.ts';
// Errors, ids and cursors
export * from './cursors.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './parse-request.ts';
export * from './validation-detail.ts';
export * from './wire-error.ts';
export * from './tool-changes.ts';
