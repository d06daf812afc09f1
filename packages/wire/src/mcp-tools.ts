import { z } from 'zod';

// Tools and their results in MCP's own words, as the connectors endpoints carry them. Unknown keys are kept:
// they are the tool server's, not ours.

const nullableText = z.string().nullable().optional();
const meta = z.record(z.string(), z.unknown()).nullable().optional();
const icons = z
  .array(
    z.looseObject({
      src: z.string(),
      mimeType: nullableText,
      sizes: z.array(z.string()).nullable().optional(),
    }),
  )
  .nullable()
  .optional();

const annotations = z
  .looseObject({
    audience: z
      .array(z.enum(['user', 'assistant']))
      .nullable()
      .optional(),
    priority: z.number().min(0).max(1).nullable().optional(),
  })
  .nullable()
  .optional();

/** A tool of `GET /v1/connectors/{connector}/tools`. */
export const connectorMcpToolSchema = z.looseObject({
  name: z.string(),
  title: nullableText,
  description: nullableText,
  inputSchema: z.record(z.string(), z.unknown()),
  outputSchema: z.record(z.string(), z.unknown()).nullable().optional(),
  icons,
  annotations: z
    .looseObject({
      title: nullableText,
      readOnlyHint: z.boolean().nullable().optional(),
      destructiveHint: z.boolean().nullable().optional(),
      idempotentHint: z.boolean().nullable().optional(),
      openWorldHint: z.boolean().nullable().optional(),
    })
    .nullable()
    .optional(),
  _meta: meta,
  execution: z
    .looseObject({ taskSupport: z.enum(['forbidden', 'optional', 'required']).nullable().optional() })
    .nullable()
    .optional(),
});
export type ConnectorMcpTool = z.infer<typeof connectorMcpToolSchema>;

/** Body of `POST /v1/connectors/{connector}/tools/{tool_name}/call`. */
export const callToolSchema = z.object({
  arguments: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform(value => value ?? {}),
});
export type CallTool = z.infer<typeof callToolSchema>;

/** The provider's shape has a URI here: clients that check it lose a whole result for one that is none. */
const uri = z
  .string()
  .regex(/^[\x21-\x7e]+$/)
  .refine(text => URL.canParse(text));

const resourceHead = { uri, mimeType: nullableText, _meta: meta };

/** A block of a tool's result. */
export const toolResultBlockSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text'), text: z.string(), annotations, _meta: meta }),
  z.looseObject({
    type: z.literal('image'),
    data: z.string(),
    mimeType: z.string(),
    annotations,
    _meta: meta,
  }),
  z.looseObject({
    type: z.literal('audio'),
    data: z.string(),
    mimeType: z.string(),
    annotations,
    _meta: meta,
  }),
  z.looseObject({
    type: z.literal('resource_link'),
    name: z.string(),
    uri,
    title: nullableText,
    description: nullableText,
    mimeType: nullableText,
    size: z.int().nullable().optional(),
    icons,
    annotations,
    _meta: meta,
  }),
  z.looseObject({
    type: z.literal('resource'),
    resource: z.union([
      z.looseObject({ ...resourceHead, text: z.string() }),
      z.looseObject({ ...resourceHead, blob: z.string() }),
    ]),
    annotations,
    _meta: meta,
  }),
]);
export type ToolResultBlock = z.infer<typeof toolResultBlockSchema>;

/** Result of a direct tool call. MCP's `isError`, `structuredContent` and `_meta` are under `metadata.mcp_meta`. */
export const toolCallResultSchema = z.looseObject({
  content: z.array(toolResultBlockSchema),
  metadata: z
    .looseObject({
      mcp_meta: z
        .looseObject({
          isError: z.boolean(),
          structuredContent: z.record(z.string(), z.unknown()).nullable().optional(),
          _meta: meta,
        })
        .nullable()
        .optional(),
    })
    .nullable()
    .optional(),
});
export type ToolCallResult = z.infer<typeof toolCallResultSchema>;
