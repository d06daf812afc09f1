import { z } from 'zod';
import { outboundAuthTypeSchema } from './connector-auth.ts';
import { oauthGrantSchema } from './oauth-clients.ts';
import { ownerTypeSchema } from './connector-preferences.ts';
import { queryBoolean, queryInt, querySchema } from './query.ts';
import { integer, looseTimestampSchema, timestampSchema } from './scalars.ts';
import { headerNameSchema, headerValueSchema } from './tools.ts';

/** Whose credentials: a part of the path of the credentials endpoints. */
export const credentialScopeSchema = z.enum(['user', 'workspace', 'organization']);
export type CredentialScope = z.infer<typeof credentialScopeSchema>;

export const credentialsNameSchema = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);

const oauthTokenSchema = z.object({
  access_token: headerValueSchema,
  token_type: z.literal('Bearer').default('Bearer'),
  expires_in: integer().nullable().exactOptional(),
  scope: z.string().nullable().exactOptional(),
  refresh_token: z.string().nullable().exactOptional(),
  expires_at: looseTimestampSchema.nullable().exactOptional(),
});

/** Body of `POST` and `PATCH /v1/connectors/{connector}/{scope}/credentials`. SDKs disagree on `oauth`: both forms count. */
export const credentialsInputSchema = z.object({
  name: credentialsNameSchema,
  title: z.string().max(255).nullable().exactOptional(),
  is_default: z.boolean().nullable().exactOptional(),
  credentials: z
    .object({
      headers: z.record(headerNameSchema, headerValueSchema).nullable().exactOptional(),
      // Empty is taken, and told in the status: the provider has an error for it.
      bearer_token: z
        .union([z.literal(''), headerValueSchema])
        .nullable()
        .exactOptional(),
      oauth: z.union([oauthGrantSchema, oauthTokenSchema]).nullable().exactOptional(),
    })
    .nullable()
    .exactOptional(),
});
export type CredentialsInput = z.infer<typeof credentialsInputSchema>;

export const CREDENTIAL_ERRORS = [
  'oauth expired',
  'oauth near expiry',
  'empty credentials',
  'blank bearer token',
  'unparsable credentials',
  'you need to reconnect',
  'oauth refresh error',
  'MCP server unreachable',
  'MCP server timed out',
  'MCP server error',
  'unknown error',
] as const;
export type CredentialError = (typeof CREDENTIAL_ERRORS)[number];

/** Credentials as the server shows them: never the secret. */
export const credentialsSchema = z.strictObject({
  name: z.string(),
  authentication_type: outboundAuthTypeSchema,
  scope: ownerTypeSchema,
  title: z.string().nullable().optional(),
  status: z
    .strictObject({
      status_type: z.enum(['valid', 'invalid', 'error']),
      last_checked_at: timestampSchema.nullable().optional(),
      error_http_code: z.int().nullable().optional(),
      error_message: z.enum(CREDENTIAL_ERRORS).nullable().optional(),
    })
    .nullable()
    .optional(),
  is_default: z.boolean(),
  creator_id: z.string().nullable().optional(),
});
export type Credentials = z.infer<typeof credentialsSchema>;

/** Answer of `GET /v1/connectors/{connector}/{scope}/credentials`. */
export const credentialsListSchema = z.strictObject({
  credentials: z.array(credentialsSchema),
  connector_preset_credentials_for_auth: z.array(outboundAuthTypeSchema).optional(),
});
export type CredentialsList = z.infer<typeof credentialsListSchema>;

/** Query of `GET /v1/connectors/{connector}/{scope}/credentials`. */
export const listCredentialsQuerySchema = querySchema({
  auth_type: outboundAuthTypeSchema.exactOptional(),
  fetch_default: queryBoolean.default(false),
});
export type ListCredentialsQuery = z.infer<typeof listCredentialsQuerySchema>;

/** Query of `GET /v1/connectors/{connector}/auth_url`. */
export const authUrlQuerySchema = querySchema({
  app_return_url: z.string().exactOptional(),
  method_type: outboundAuthTypeSchema.default('oauth2'),
  credentials_name: credentialsNameSchema.exactOptional(),
  credentials_title: z.string().max(255).exactOptional(),
  github_installation_link: queryBoolean.default(false),
});
export type AuthUrlQuery = z.infer<typeof authUrlQuerySchema>;

/** Answer of `GET /v1/connectors/{connector}/auth_url`; `ttl` in seconds. */
export const authUrlSchema = z.strictObject({ auth_url: z.string(), ttl: z.int() });
export type AuthUrl = z.infer<typeof authUrlSchema>;

/** Query of `GET /v1/connectors/{connector}/tools`. Pages count from 1 here, unlike everywhere else. */
export const listConnectorToolsQuerySchema = querySchema({
  page: queryInt({ min: 1 }).default(1),
  page_size: queryInt({ min: 1, max: 1000 }).default(100),
  refresh: queryBoolean.default(false),
  pretty: queryBoolean.default(false),
  credentials_name: credentialsNameSchema.exactOptional(),
});
export type ListConnectorToolsQuery = z.infer<typeof listConnectorToolsQuerySchema>;

/** Query of `POST /v1/connectors/{connector}/tools/{tool_name}/call`. */
export const callToolQuerySchema = querySchema({ credentials_name: credentialsNameSchema.exactOptional() });
export type CallToolQuery = z.infer<typeof callToolQuerySchema>;
