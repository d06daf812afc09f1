import type { OAuthClientFields } from '@tramontane/wire';
import { wrongField } from './api-error.ts';
import { SigningKeyError, parseSigningKey, type SigningKey } from './signing-key.ts';

/** Who this server is to an authorization server where no person signs in. Secret, except the id. */
export interface MachineClient {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly method?: 'client_secret_basic' | 'client_secret_post';
  readonly privateKey?: SigningKey;
}

interface MachineSignIn extends MachineClient {
  /** Absent where the tool server's own metadata says where tokens are. */
  readonly tokenUrl?: string;
  /** The authorization server the client belongs to. */
  readonly issuer?: string;
  readonly scope?: string;
}

/** Tokens that the client asks for as itself (RFC 6749 section 4.4). */
export interface ClientCredentials extends MachineSignIn {
  readonly type: 'client_credentials';
}

/** The platform this server runs on vouches for it, with a token that it keeps in a file (RFC 7523 section 2.1). */
export interface WorkloadIdentity extends MachineSignIn {
  readonly type: 'workload_identity';
  /** Named by the operator, never by a request. */
  readonly assertionFile: string;
}

/** A company's identity provider vouches for a user (MCP extension enterprise-managed-authorization). */
export interface EnterpriseIdentity extends MachineSignIn {
  readonly type: 'enterprise';
  readonly identityProvider: IdentityProvider;
}

export interface IdentityProvider extends MachineClient {
  readonly tokenUrl: string;
  /** What shows it who the user is; a file is named by the operator, never by a request. */
  readonly subjectToken: { readonly text: string } | { readonly file: string };
  readonly subjectTokenType: 'id_token' | 'refresh_token';
}

export type MachineAuth = ClientCredentials | WorkloadIdentity | EnterpriseIdentity;

/** @param loc Where the client stands in the request. @throws ApiError for a key that cannot sign */
export function toMachineClient(given: OAuthClientFields, loc: readonly (string | number)[]): MachineClient {
  const { client_id: clientId, client_secret: clientSecret, private_key: key } = given;
  return {
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    ...(key !== undefined && { privateKey: toSigningKey(key, given.signing_algorithm, loc) }),
  };
}

function toSigningKey(
  key: NonNullable<OAuthClientFields['private_key']>,
  algorithm: OAuthClientFields['signing_algorithm'],
  loc: readonly (string | number)[],
): SigningKey {
  try {
    return parseSigningKey(key, algorithm);
  } catch (error) {
    if (error instanceof SigningKeyError) throw wrongField([...loc, 'private_key'], error.message);
    throw error;
  }
}
