import { z } from 'zod';
import { oauthClientFields, refineClient } from './oauth-clients.ts';
import { httpUrlSchema, serverUrlSchema } from './scalars.ts';

const toolNames = z.array(z.string()).nullable().exactOptional();

/**
 * Which of a server's tools an agent may use, by the server's own names, and which wait for the caller's word.
 * `include` and `exclude` cannot both be given: the provider's documentation excludes it and no reading is safe.
 */
export const toolConfigurationSchema = z
  .strictObject({ include: toolNames, exclude: toolNames, requires_confirmation: toolNames })
  .refine(value => !(value.include && value.exclude), {
    error: 'Give either include or exclude, not both',
    params: { type: 'value_error' },
  });
export type ToolConfiguration = z.infer<typeof toolConfigurationSchema>;

const toolConfiguration = toolConfigurationSchema.nullable().exactOptional();

/** `description` and `strict` are omitted or valid, never null: with null an SDK no longer knows the tool. */
export const functionDefinitionSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().exactOptional(),
  strict: z.boolean().exactOptional(),
  parameters: z.record(z.string(), z.unknown()),
});
export type FunctionDefinition = z.infer<typeof functionDefinitionSchema>;

/** A function the caller runs: the answer holds a `function.call`, the caller sends a `function.result`. */
export const functionToolSchema = z.strictObject({
  type: z.literal('function'),
  function: functionDefinitionSchema,
});
export type FunctionTool = z.infer<typeof functionToolSchema>;

function builtIn<const T extends string>(type: T) {
  return z.strictObject({ type: z.literal(type), tool_configuration: toolConfiguration });
}

export const webSearchToolSchema = builtIn('web_search');
export const webSearchPremiumToolSchema = builtIn('web_search_premium');
export const codeInterpreterToolSchema = builtIn('code_interpreter');
export const imageGenerationToolSchema = builtIn('image_generation');
export const documentLibraryToolSchema = z.strictObject({
  type: z.literal('document_library'),
  library_ids: z.array(z.string()).min(1),
  tool_configuration: toolConfiguration,
});

/** Tool types the provider runs itself. A server without them names the type in its refusal. */
export const BUILT_IN_TOOL_TYPES = [
  'web_search',
  'web_search_premium',
  'code_interpreter',
  'image_generation',
  'document_library',
] as const;
export type BuiltInToolType = (typeof BUILT_IN_TOOL_TYPES)[number];

/** A value that may stand in an HTTP header: a line break in it would start a header of the caller's choice. */
export const headerValueSchema = z
  .string()
  .min(1)
  .regex(/^[\t\x20-\x7e]+$/, 'Input should be printable ASCII text');

export const headerNameSchema = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/, 'Input should be the name of an HTTP header');

export const connectorAuthorizationSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('api-key'), value: headerValueSchema }),
  z.strictObject({ type: z.literal('oauth2-token'), value: headerValueSchema }),
]);
export type ConnectorAuthorization = z.infer<typeof connectorAuthorizationSchema>;

/** A connector by UUID or name. */
export const connectorToolSchema = z.strictObject({
  type: z.literal('connector'),
  connector_id: z.string().min(1),
  authorization: connectorAuthorizationSchema.nullable().exactOptional(),
  tool_configuration: toolConfiguration,
});
export type ConnectorTool = z.infer<typeof connectorToolSchema>;

/** How to sign in to an MCP server given in the tool itself. Absent means no sign-in. */
export const mcpAuthSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('bearer'), token: headerValueSchema }),
  z.strictObject({
    type: z.literal('api_key'),
    key: headerValueSchema,
    header: headerNameSchema.default('X-API-Key'),
  }),
  refineClient(
    z.strictObject({
      type: z.literal('oauth2'),
      ...oauthClientFields,
      token_url: httpUrlSchema,
      scope: z.string().min(1).exactOptional(),
    }),
  ),
]);
export type McpAuth = z.infer<typeof mcpAuthSchema>;

/** One day. A larger number would overflow the timers it ends up in, and then fire at once. */
const MAX_TIMEOUT_SECONDS = 86_400;

/** An MCP server given in the tool itself, in the form of the Agents guide. `timeout` is in seconds. */
export const mcpToolSchema = z
  .strictObject({
    type: z.literal('mcp'),
    config: z.strictObject({
      server_url: serverUrlSchema,
      auth: mcpAuthSchema.nullable().exactOptional(),
      timeout: z.number().gt(0).max(MAX_TIMEOUT_SECONDS).nullable().exactOptional(),
      tool_configuration: toolConfiguration,
    }),
    tool_configuration: toolConfiguration,
  })
  .refine(tool => !(tool.tool_configuration && tool.config.tool_configuration), {
    error: 'Give tool_configuration once: in the tool or in its config',
    path: ['tool_configuration'],
    params: { type: 'value_error' },
  });
export type McpTool = z.infer<typeof mcpToolSchema>;

/** A tool as callers give it to an agent or a conversation. */
export const toolSchema = z.discriminatedUnion('type', [
  functionToolSchema,
  webSearchToolSchema,
  webSearchPremiumToolSchema,
  codeInterpreterToolSchema,
  imageGenerationToolSchema,
  documentLibraryToolSchema,
  connectorToolSchema,
  mcpToolSchema,
]);
export type Tool = z.infer<typeof toolSchema>;
export type ToolInput = z.input<typeof toolSchema>;

/** Most tools one agent or request may carry. */
export const MAX_TOOLS = 128;
export const toolsSchema = z.array(toolSchema).max(MAX_TOOLS);

/**
 * A tool as the server gives it back. An MCP server of the caller's comes back as a connector, because the SDKs
 * know no `mcp` tool, and never with `authorization`: what is stored of it is secret.
 */
export const toolEchoSchema = z.discriminatedUnion('type', [
  functionToolSchema,
  webSearchToolSchema,
  webSearchPremiumToolSchema,
  codeInterpreterToolSchema,
  imageGenerationToolSchema,
  documentLibraryToolSchema,
  connectorToolSchema.omit({ authorization: true }),
]);
export type ToolEcho = z.infer<typeof toolEchoSchema>;
