import { z } from 'zod';
import {
  authDataSchema,
  authMethodSchema,
  authMethodUpdateSchema,
  globalHeadersSchema,
  oauthServerMetadataSchema,
  publicAuthMethodSchema,
} from './connector-auth.ts';
import { connectionPreferenceSchema, ownerTypeSchema } from './connector-preferences.ts';
import { credentialsSchema } from './credentials.ts';
import { queryBoolean, queryInt, querySchema } from './query.ts';
import { httpUrlSchema, serverUrlSchema, timestampSchema } from './scalars.ts';
import { headerNameSchema, headerValueSchema } from './tools.ts';

const nullableText = z.string().nullable();
const protocol = z.enum(['mcp', 'http']);
const connectorName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const staticHeaders = z.record(headerNameSchema, headerValueSchema);

/** Body of `POST /v1/connectors`. `protocol` came later than the endpoint: older SDKs do not send it. */
export const createConnectorSchema = z
  .object({
    protocol: protocol.default('mcp'),
    name: connectorName,
    description: z.string(),
    server: serverUrlSchema,
    title: nullableText.exactOptional(),
    icon_url: nullableText.exactOptional(),
    visibility: z.enum(['private', 'shared_workspace', 'shared_org']).exactOptional(),
    headers: staticHeaders.nullable().exactOptional(),
    global_headers: globalHeadersSchema.exactOptional(),
    auth_data: authDataSchema.nullable().exactOptional(),
    oauth2_server_metadata: oauthServerMetadataSchema.nullable().exactOptional(),
    oauth2_server_metadata_url: httpUrlSchema.nullable().exactOptional(),
    auth_methods: z.array(authMethodSchema).nullable().exactOptional(),
    system_prompt: nullableText.exactOptional(),
  })
  .refine(body => !(body.oauth2_server_metadata && body.oauth2_server_metadata_url), {
    error: 'Give either oauth2_server_metadata or oauth2_server_metadata_url, not both',
    params: { type: 'value_error' },
  });
export type CreateConnector = z.infer<typeof createConnectorSchema>;
export type CreateConnectorInput = z.input<typeof createConnectorSchema>;

/** Body of `PATCH /v1/connectors/{connector_id}`: the keys of every SDK generation. */
export const updateConnectorSchema = z.object({
  protocol: protocol.default('mcp'),
  title: nullableText.exactOptional(),
  name: connectorName.nullable().exactOptional(),
  description: nullableText.exactOptional(),
  icon_url: nullableText.exactOptional(),
  server: serverUrlSchema.nullable().exactOptional(),
  system_prompt: nullableText.exactOptional(),
  auth_methods: z.array(authMethodUpdateSchema).nullable().exactOptional(),
  headers: staticHeaders.nullable().exactOptional(),
  auth_data: authDataSchema.nullable().exactOptional(),
  connection_config: z.record(z.string(), z.unknown()).nullable().exactOptional(),
  connection_secrets: z.record(z.string(), z.unknown()).nullable().exactOptional(),
});
export type UpdateConnector = z.infer<typeof updateConnectorSchema>;
export type UpdateConnectorInput = z.input<typeof updateConnectorSchema>;

const visibility = z.enum(['private', 'shared_workspace', 'shared_org', 'shared_global']);

/** A tool inside a connector. Not the form of MCP: with that one here SDKs lose the whole connector. */
export const connectorToolSummarySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  execution_config: z.looseObject({ type: z.string() }).nullable(),
  visibility,
  created_at: timestampSchema,
  modified_at: timestampSchema,
  jsonschema: z.record(z.string(), z.unknown()).nullable().optional(),
  system_prompt: nullableText.optional(),
  active: z.boolean().nullable().optional(),
});
export type ConnectorToolSummary = z.infer<typeof connectorToolSummarySchema>;

/** A connector. `owner_type` is a name, except for Python SDKs up to 2.5, which read a number from 1 to 4. */
export const connectorSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  created_at: timestampSchema,
  modified_at: timestampSchema,
  owner_type: z.union([ownerTypeSchema, z.int().min(1).max(4)]),
  visibility,
  private_tool_execution: z.boolean(),
  protocol,
  title: nullableText.optional(),
  server: nullableText.optional(),
  icon_url: nullableText.optional(),
  server_card: z.looseObject({ name: z.string(), version: z.string() }).nullable().optional(),
  owner_id: nullableText.optional(),
  creator_id: nullableText.optional(),
  locale: z
    .strictObject({
      name: z.record(z.string(), z.string()),
      description: z.record(z.string(), z.string()),
      usage_sentence: z.record(z.string(), z.string()),
    })
    .nullable()
    .optional(),
  system_prompt: nullableText.optional(),
  supported_auth_methods: z.array(publicAuthMethodSchema).nullable().optional(),
  connection_preferences: z.array(connectionPreferenceSchema).nullable().optional(),
  connection_credentials: z.array(credentialsSchema).nullable().optional(),
  active: z.boolean().nullable().optional(),
  blocked_by: z.array(ownerTypeSchema).optional(),
  mistral: z.boolean().optional(),
  is_authenticated: z.boolean().nullable().optional(),
  tools: z.array(connectorToolSummarySchema).nullable().optional(),
  system_prompt_route: nullableText.optional(),
  connection_config: z
    .strictObject({
      type: z.string().optional(),
      base_url: nullableText.optional(),
      headers: z.record(z.string(), z.string()).nullable().optional(),
      signed: z.boolean().nullable().optional(),
    })
    .nullable()
    .optional(),
  // The provider's own execution data; a server of ours has none to give.
  execution_env: z.null().optional(),
});
export type Connector = z.infer<typeof connectorSchema>;

/** Answer of `GET /v1/connectors/{id}/health`, an extension of our own. Absent keys are not known yet. */
export const connectorHealthSchema = z.strictObject({
  connector_id: z.string(),
  server: z.string(),
  state: z.enum(['idle', 'connecting', 'ready', 'waiting', 'refused', 'closed']),
  since: timestampSchema.exactOptional(),
  /** `open`: so many tries failed that calls are answered at once until `next_try_at`. */
  circuit: z.enum(['closed', 'open']),
  failures: z.int(),
  connects: z.int(),
  last_error: z.strictObject({ code: z.string(), message: z.string(), at: timestampSchema }).exactOptional(),
  next_try_at: timestampSchema.exactOptional(),
  /** `mcp-2026`, `mcp-2025` or `rest`. */
  dialect: z.string().exactOptional(),
  transport: z.string().exactOptional(),
  protocol_version: z.string().exactOptional(),
  server_name: z.string().exactOptional(),
  tools: z.strictObject({ count: z.int(), fetched_at: timestampSchema, stale: z.boolean() }).exactOptional(),
});
export type ConnectorHealth = z.infer<typeof connectorHealthSchema>;

/** Answer of `GET /v1/connectors`. */
export const connectorPageSchema = z.strictObject({
  items: z.array(connectorSchema),
  pagination: z.strictObject({ next_cursor: nullableText, page_size: z.int() }),
});
export type ConnectorPage = z.infer<typeof connectorPageSchema>;

/** Answer of deletions, credentials, sharing and activation. */
export const messageResponseSchema = z.strictObject({ message: z.string() });
export type MessageResponse = z.infer<typeof messageResponseSchema>;

const listConnectorsQuery = querySchema({
  active: queryBoolean.exactOptional(),
  cursor: z.string().exactOptional(),
  page_size: queryInt({ min: 1, max: 1000 }).default(100),
});

/**
 * Query of `GET /v1/connectors`. The filter comes flattened from the SDKs (`active=true`), and by hand as
 * `query_filters={"active":true}` or `query_filters[active]=true`. A filter that cannot be read is a problem of
 * `active`: ignored, it would list what was to be left out.
 */
export const listConnectorsQuerySchema = z.preprocess(withFlatFilters, listConnectorsQuery);
export type ListConnectorsQuery = z.infer<typeof listConnectorsQuerySchema>;

function withFlatFilters(query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return query;
  const entries = new Map<string, unknown>(Object.entries(query));
  const active = activeOf(entries.get('query_filters')) ?? entries.get('query_filters[active]');
  return active === undefined ? query : { active, ...query };
}

function activeOf(filters: unknown): unknown {
  const value = Array.isArray(filters) ? filters.at(-1) : filters;
  const object = typeof value === 'string' ? parseJson(value) : value;
  if (typeof object !== 'object' || object === null) return value;
  return 'active' in object ? (object.active ?? undefined) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Query of `GET /v1/connectors/{connector}`. */
export const getConnectorQuerySchema = querySchema({
  fetch_user_data: queryBoolean.default(false),
  fetch_customer_data: queryBoolean.default(false),
  fetch_connection_secrets: queryBoolean.default(false),
});
export type GetConnectorQuery = z.infer<typeof getConnectorQuerySchema>;
