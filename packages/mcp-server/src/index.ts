export { defineTool } from './definition/define-tool.ts';
export type {
  JsonSchema,
  JsonSchemaToolDefinition,
  Tool,
  ToolAnnotations,
  ToolResult,
  ToolReturn,
  ToolSchema,
  ZodToolDefinition,
} from './definition/define-tool.ts';
export { defineResource } from './definition/define-resource.ts';
export type { ReadReturn, Resource, StaticResource, TemplateResource } from './definition/define-resource.ts';
export { createMcpServer } from './server.ts';
export type { McpServer, McpServerOptions } from './server.ts';
export type { AuthInfo, ReadContext, RequestContext, ToolContext } from './call-context.ts';
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
export { KitError, ToolError } from './kit-error.ts';
export type { KitErrorCode, ToolErrorCode, ToolErrorOptions } from './kit-error.ts';
export type { Log } from './log.ts';
export type { Engine, Reply } from './engine/engine.ts';
export type { RequestMeta } from './request-meta.ts';
export { serveHttp } from './http/serve-http.ts';
export type { HttpServing, ServeHttpOptions } from './http/serve-http.ts';
export { mcpPlugin } from './http/mcp-plugin.ts';
export type { McpPluginOptions } from './http/mcp-plugin.ts';
export type { OriginCheckOptions } from './http/origin-check.ts';
export type { ServerPaths } from './http/paths.ts';
export { createBearerCheck } from '@tramontane/guards';
export type { BearerCheck, BearerCheckOptions, BearerVerdict } from '@tramontane/guards';
