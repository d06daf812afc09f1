import { z } from 'zod';
import { integer } from './scalars.ts';
import { headerNameSchema, headerValueSchema } from './tools.ts';

/** How a connector signs in to its server, as seen from outside. */
export const OUTBOUND_AUTH_TYPES = ['oauth2', 'bearer', 'none', 'github_app', 'slack_app'] as const;
export const outboundAuthTypeSchema = z.enum(OUTBOUND_AUTH_TYPES);
export type OutboundAuthType = z.infer<typeof outboundAuthTypeSchema>;

/** A header that whoever connects has to fill in. */
export const authHeaderSchema = z.object({
  name: headerNameSchema,
  is_required: z.boolean().default(true),
  is_secret: z.boolean().default(true),
});
export type AuthHeader = z.infer<typeof authHeaderSchema>;
const authHeaders = z.array(authHeaderSchema).nullable().exactOptional();

/** Headers of the connector's own, sent for everyone. */
export const globalHeadersSchema = z.record(
  headerNameSchema,
  z.object({ value: headerValueSchema, is_secret: z.boolean().default(true) }),
);
export type GlobalHeaders = z.infer<typeof globalHeadersSchema>;

/** RFC 8414 metadata; with it nothing is discovered. */
export const oauthServerMetadataSchema = z.looseObject({ issuer: z.string(), token_endpoint: z.string() });
export type OAuthServerMetadata = z.infer<typeof oauthServerMetadataSchema>;

export const authDataSchema = z.object({
  client_id: z.string(),
  client_secret: z.string().nullable().exactOptional(),
});
export type AuthData = z.infer<typeof authDataSchema>;

/** A way to sign in, in the body that creates a connector. */
export const authMethodSchema = z.discriminatedUnion('method_type', [
  z.object({ method_type: z.literal('bearer'), headers: authHeaders }),
  z.object({ method_type: z.literal('none'), headers: authHeaders }),
  z.discriminatedUnion('grant_type', [
    z.object({
      method_type: z.literal('oauth2'),
      grant_type: z.literal('authorization_code'),
      headers: authHeaders,
      oauth2_server_metadata: oauthServerMetadataSchema,
      auth_data: authDataSchema,
    }),
    z.object({
      method_type: z.literal('oauth2'),
      grant_type: z.literal('client_credentials'),
      headers: authHeaders,
      oauth2_server_metadata: oauthServerMetadataSchema,
      token_endpoint_auth_method: z.enum(['client_secret_post', 'client_secret_basic']),
    }),
  ]),
]);
export type AuthMethod = z.infer<typeof authMethodSchema>;

/** A way to sign in, in the body that updates a connector: a looser form than the one that creates it. */
export const authMethodUpdateSchema = z.object({
  method_type: z.enum([...OUTBOUND_AUTH_TYPES, 'webhook']),
  auth_direction: z.enum(['inbound', 'outbound']).exactOptional(),
  grant_type: z.enum(['authorization_code', 'client_credentials']).exactOptional(),
  headers: authHeaders,
  global_headers: globalHeadersSchema.exactOptional(),
  auth_data: authDataSchema.nullable().exactOptional(),
  token_endpoint_auth_method: z.enum(['client_secret_post', 'client_secret_basic']).exactOptional(),
  oauth2_metadata_secrets: z
    .object({
      client_id: z.string().nullable().exactOptional(),
      client_secret: z.string().nullable().exactOptional(),
      client_id_issued_at: integer().nullable().exactOptional(),
      client_secret_expires_at: integer().nullable().exactOptional(),
    })
    .nullable()
    .exactOptional(),
  oauth2_server_metadata: oauthServerMetadataSchema.nullable().exactOptional(),
});
export type AuthMethodUpdate = z.infer<typeof authMethodUpdateSchema>;

/** Answer of `GET /v1/connectors/{connector}/authentication_methods`: a list of these. */
export const publicAuthMethodSchema = z.strictObject({
  method_type: outboundAuthTypeSchema,
  headers: z
    .array(z.strictObject({ name: z.string(), is_required: z.boolean(), is_secret: z.boolean() }))
    .nullable()
    .optional(),
  global_headers: z
    .record(z.string(), z.strictObject({ value: z.string(), is_secret: z.boolean() }))
    .optional(),
  has_default_credentials: z.boolean(),
  grant_type: z.enum(['authorization_code', 'client_credentials']).nullable().optional(),
  oauth2_server_metadata: oauthServerMetadataSchema.nullable().optional(),
});
export type PublicAuthMethod = z.infer<typeof publicAuthMethodSchema>;
