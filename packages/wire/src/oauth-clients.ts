import { z } from 'zod';
import { httpUrlSchema } from './scalars.ts';

/** How clients sign what they show an authorization server (RFC 7518 section 3.1, RFC 8037). */
export const SIGNING_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** A private key: PKCS #8 in PEM, or a JWK. */
const privateKeySchema = z.union([z.string().min(1), z.looseObject({ kty: z.string() })]);

/**
 * Who a client is to an authorization server, with a secret or with a key that signs an assertion (`private_key_jwt`,
 * RFC 7523 section 2.2). The key and its algorithm are an addition of our own; the SDKs know the secret.
 */
export const oauthClientFields = {
  client_id: z.string().min(1),
  client_secret: z.string().min(1).exactOptional(),
  private_key: privateKeySchema.exactOptional(),
  signing_algorithm: z.enum(SIGNING_ALGORITHMS).exactOptional(),
};

export interface OAuthClientFields {
  client_id: string;
  client_secret?: string;
  private_key?: string | { kty: string; [member: string]: unknown };
  signing_algorithm?: SigningAlgorithm;
}

/** @param needed A client that has neither cannot show who it is. */
export function refineClient<T extends z.ZodType<OAuthClientFields>>(schema: T, needed = true): T {
  return schema
    .refine(
      ({ client_secret: secret, private_key: key }) =>
        secret === undefined ? key !== undefined || !needed : key === undefined,
      {
        error: needed
          ? 'Give either client_secret or private_key'
          : 'Give client_secret or private_key, not both',
        params: { type: 'value_error' },
      },
    )
    .refine(
      ({ private_key: key, signing_algorithm: algorithm }) => algorithm === undefined || key !== undefined,
      { error: 'A signing_algorithm needs a private_key', params: { type: 'value_error' } },
    );
}

const clientCredentials = z.object({
  grant_type: z.literal('client_credentials'),
  ...oauthClientFields,
  scope: z.string().min(1).exactOptional(),
});

/** A client that signs in as itself (RFC 6749 section 4.4). */
const oauthClientSchema = refineClient(clientCredentials);

const SUBJECT_TOKEN_TYPES = [
  'urn:ietf:params:oauth:token-type:id_token',
  'urn:ietf:params:oauth:token-type:refresh_token',
] as const;

const enterpriseIdentity = z.object({
  grant_type: z.literal('urn:ietf:params:oauth:grant-type:jwt-bearer'),
  ...oauthClientFields,
  scope: z.string().min(1).exactOptional(),
  identity_provider: refineClient(
    z.object({
      token_url: httpUrlSchema,
      ...oauthClientFields,
      subject_token: z.string().min(1),
      subject_token_type: z.enum(SUBJECT_TOKEN_TYPES).default(SUBJECT_TOKEN_TYPES[0]),
    }),
    false,
  ),
});

/**
 * A user whom the company's identity provider vouches for (enterprise-managed authorization of MCP): the provider at
 * `token_url` exchanges `subject_token` for a grant, which the tool server's authorization server exchanges for a token.
 * An addition of our own.
 */
const oauthIdentitySchema = refineClient(enterpriseIdentity, false);

/** Ways to get tokens without sending a person somewhere. */
export const oauthGrantSchema = z.discriminatedUnion('grant_type', [oauthClientSchema, oauthIdentitySchema]);
