export { defineTool } from './definition/define-tool.ts';
export type {
  JsonSchema,
  JsonSchemaToolDefinition,
  Tool,
  ToolAnnotations,
  ToolResult,
  ToolReturn,
  ToolSchema,
  TypedSchema,
  ZodToolDefinition,
} from './definition/define-tool.ts';
export { defineResource } from './definition/define-resource.ts';
export type {
  CacheHint,
  ReadReturn,
  Resource,
  StaticResource,
  TemplateResource,
} from './definition/define-resource.ts';
export { definePrompt } from './definition/define-prompt.ts';
export type {
  Prompt,
  PromptArgument,
  PromptArguments,
  PromptDefinition,
  PromptMessage,
  PromptResult,
  PromptReturn,
  PromptValues,
} from './definition/define-prompt.ts';
export type { Complete, CompleteContext } from './definition/complete.ts';
export { elicitation, inputRequired, roots, sampling } from './asking/input-required.ts';
export type { InputRequired } from './asking/input-required.ts';
export type {
  CreateMessageResult,
  ElicitAnswer,
  ElicitForm,
  ElicitUrl,
  Question,
  Root,
  SampleRequest,
  SamplingContent,
  SamplingMessage,
} from './asking/question.ts';
export { createMcpServer } from './server.ts';
export type { McpServer, McpServerOptions, Offer } from './server.ts';
export type { ServerNotify } from './engine/notices.ts';
export type { SealerOptions } from './engine/era-2026/sealer.ts';
export type {
  ClientDetails,
  GivenInput,
  PromptContext,
  ReadContext,
  RequestContext,
  ToolContext,
  TraceContext,
} from './call-context.ts';
export { audio, embeddedResource, image, resourceLink, text } from './content.ts';
export type {
  Annotations,
  ContentBlock,
  EmbeddedResourceBlock,
  MediaBlock,
  ResourceContents,
  ResourceLinkBlock,
  TextBlock,
} from './content.ts';
export { createMemoryTaskStore } from './tasks/memory-task-store.ts';
export type { MemoryTaskStoreOptions } from './tasks/memory-task-store.ts';
export type { Task, TaskError, TaskResponses, TaskStatus } from './tasks/task.ts';
export type { StoredTask, TaskStore } from './tasks/task-store.ts';
export type { TasksOptions } from './tasks/tasks.ts';
export { KitError, ToolError } from './kit-error.ts';
export type { KitErrorCode, ToolErrorCode, ToolErrorOptions } from './kit-error.ts';
export type { Log } from './log.ts';
export type { Engine, Reply } from './engine/engine.ts';
export type { Session, SessionOptions } from './engine/session.ts';
export type { SessionLimits } from './http/http-sessions.ts';
export type { RequestMeta } from './request-meta.ts';
export { serveHttp } from './http/serve-http.ts';
export type { HttpServing, ServeHttpOptions } from './http/serve-http.ts';
export { closeOnSignal } from './process/close-on-signal.ts';
export type { Closable } from './process/close-on-signal.ts';
export { toNodeHandler } from './node/to-node-handler.ts';
export type { NodeHandler, NodeHandlerOptions } from './node/to-node-handler.ts';
export { toFetchHandler } from './fetch/to-fetch-handler.ts';
export type { FetchHandlerOptions } from './fetch/to-fetch-handler.ts';
export { serveStdio } from './stdio/serve-stdio.ts';
export type { ServeStdioOptions, StdioServing } from './stdio/serve-stdio.ts';
export { mount } from './compose/mount.ts';
export { openProxy } from './compose/open-proxy.ts';
export type { Proxy, ProxyOptions } from './compose/open-proxy.ts';
export type { RemoteCall, RemoteResult, RemoteServer, RemoteTool } from './compose/remote-server.ts';
export { checkDesign } from './check-design/check-design.ts';
export type { DesignFinding, DesignRule } from './check-design/design-finding.ts';
export type { Served } from './http/exchange.ts';
export type { Deprecation } from './versions/deprecation.ts';
export type { ServerVersions } from './versions/server-versions.ts';
export type { OriginCheckOptions } from './http/origin-check.ts';
export type { ServerPaths } from './http/paths.ts';
export {
  createApiKeyAuth,
  createBearerAuth,
  createGuards,
  openOverloadGuard,
  parseGuardSettings,
} from '@tramontane/guards';
export type {
  AcceptedToken,
  ApiKeyOptions,
  Auth,
  Caller,
  Guards,
  GuardSettings,
  GuardsOptions,
  HealthOptions,
  NetworkOptions,
  OverloadOptions,
  TokenEntry,
} from '@tramontane/guards';
