import { z } from 'zod';
import { completionArgsSchema } from './completion-args.ts';
import { guardrailsSchema } from './guardrails.ts';
import {
  queryAgentVersion,
  queryBoolean,
  queryInt,
  queryJsonObject,
  queryList,
  querySchema,
} from './query.ts';
import { metadataSchema, timestampSchema } from './scalars.ts';
import { toolEchoSchema, toolsSchema } from './tools.ts';

const nullableText = z.string().nullable();
const handoffs = z.array(z.string()).min(1).nullable();
const versionMessage = z.string().max(500).nullable();

// Keys an agent may be given at creation and in an update alike.
const optionalFields = {
  instructions: nullableText.exactOptional(),
  tools: toolsSchema.exactOptional(),
  completion_args: completionArgsSchema.exactOptional(),
  guardrails: guardrailsSchema.nullable().exactOptional(),
  description: nullableText.exactOptional(),
  handoffs: handoffs.exactOptional(),
  metadata: metadataSchema.nullable().exactOptional(),
  version_message: versionMessage.exactOptional(),
};

/** Body of `POST /v1/agents`. */
export const createAgentSchema = z.strictObject({
  model: z.string().min(1),
  name: z.string().min(1),
  ...optionalFields,
});
export type CreateAgent = z.infer<typeof createAgentSchema>;
export type CreateAgentInput = z.input<typeof createAgentSchema>;

/** Body of `PATCH /v1/agents/{agent_id}`. An omitted key keeps its value; null clears it where it can be null. */
export const updateAgentSchema = z.strictObject({
  model: z.string().min(1).nullable().exactOptional(),
  name: z.string().min(1).nullable().exactOptional(),
  deployment_chat: z.boolean().nullable().exactOptional(),
  ...optionalFields,
});
export type UpdateAgent = z.infer<typeof updateAgentSchema>;
export type UpdateAgentInput = z.input<typeof updateAgentSchema>;

/** One version of an agent. `tools` and `completion_args` are omitted or valid, never null. */
export const agentSchema = z.strictObject({
  object: z.literal('agent'),
  id: z.string(),
  version: z.int().min(0),
  versions: z.array(z.int().min(0)),
  created_at: timestampSchema,
  updated_at: timestampSchema,
  deployment_chat: z.boolean(),
  source: z.string(),
  owner_id: nullableText.optional(),
  model: z.string(),
  name: z.string(),
  instructions: nullableText.optional(),
  tools: z.array(toolEchoSchema).optional(),
  completion_args: completionArgsSchema.optional(),
  guardrails: guardrailsSchema.nullable().optional(),
  description: nullableText.optional(),
  handoffs: handoffs.optional(),
  metadata: metadataSchema.nullable().optional(),
  version_message: versionMessage.optional(),
});
export type Agent = z.infer<typeof agentSchema>;

/**
 * Answer of `GET /v1/agents/pages`. SDKs stop at a page with fewer items than `page_size` even when a token is
 * there, so every page but the last must be full.
 */
export const agentPageSchema = z.strictObject({
  object: z.literal('list'),
  data: z.array(agentSchema),
  next_page_token: z.string().nullable(),
});
export type AgentPage = z.infer<typeof agentPageSchema>;

export const AGENT_SOURCES = ['api', 'playground', 'agent_builder_v1'] as const;
const DEFAULT_PAGE_SIZE = 20;

const filters = {
  page_size: queryInt({ min: 1, max: 1000 }).default(DEFAULT_PAGE_SIZE),
  deployment_chat: queryBoolean.exactOptional(),
  sources: queryList(z.enum(AGENT_SOURCES)).exactOptional(),
  name: z.string().exactOptional(),
  search: z.string().exactOptional(),
  id: z.string().exactOptional(),
  metadata: queryJsonObject,
};

/** Query of `GET /v1/agents`. */
export const listAgentsQuerySchema = querySchema({ page: queryInt({ min: 0 }).default(0), ...filters }, [
  'sources',
]);
export type ListAgentsQuery = z.infer<typeof listAgentsQuerySchema>;

/** Query of `GET /v1/agents/pages`. */
export const pageAgentsQuerySchema = querySchema({ page_token: z.string().exactOptional(), ...filters }, [
  'sources',
]);
export type PageAgentsQuery = z.infer<typeof pageAgentsQuerySchema>;

/** Query of `GET /v1/agents/{agent_id}`. */
export const getAgentQuerySchema = querySchema({ agent_version: queryAgentVersion.exactOptional() });
export type GetAgentQuery = z.infer<typeof getAgentQuerySchema>;

/** Query of `GET /v1/agents/{agent_id}/versions`. */
export const listAgentVersionsQuerySchema = querySchema({
  page: queryInt({ min: 0 }).default(0),
  page_size: queryInt({ min: 1, max: 100 }).default(DEFAULT_PAGE_SIZE),
});
export type ListAgentVersionsQuery = z.infer<typeof listAgentVersionsQuerySchema>;

/** Query, or body, of `PATCH /v1/agents/{agent_id}/version`: the documentation shows the one and the SDKs send the other. */
export const switchAgentVersionSchema = querySchema({ version: queryInt({ min: 0 }) });
export type SwitchAgentVersion = z.infer<typeof switchAgentVersionSchema>;

/** Form of an alias, whose length is 1 to 64. */
export const AGENT_ALIAS = /^[a-z]([a-z0-9_-]*[a-z0-9])?$/;
const alias = z.string().min(1).max(64).regex(AGENT_ALIAS);

/** Query of `PUT /v1/agents/{agent_id}/aliases`. */
export const putAgentAliasQuerySchema = querySchema({ alias, version: queryInt({ min: 0 }) });
export type PutAgentAliasQuery = z.infer<typeof putAgentAliasQuerySchema>;

/** Query of `DELETE /v1/agents/{agent_id}/aliases`. */
export const deleteAgentAliasQuerySchema = querySchema({ alias });
export type DeleteAgentAliasQuery = z.infer<typeof deleteAgentAliasQuerySchema>;

export const agentAliasSchema = z.strictObject({
  alias: z.string(),
  version: z.int().min(0),
  created_at: timestampSchema,
  updated_at: timestampSchema,
});
export type AgentAlias = z.infer<typeof agentAliasSchema>;
