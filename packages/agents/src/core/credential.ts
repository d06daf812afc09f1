import type { CredentialError, OutboundAuthType } from '@tramontane/wire';
import type { Caller } from './caller.ts';
import type { IdentityProvider, MachineClient } from './machine-auth.ts';

/** Whose credentials: the caller's own, their workspace's, their organization's. Nearest first. */
export const CREDENTIAL_LEVELS = ['user', 'workspace', 'organization'] as const;
export type CredentialLevel = (typeof CREDENTIAL_LEVELS)[number];

/** Who holds credentials. What a level does not have is empty: an organization's belong to no workspace. */
export interface CredentialHolder {
  readonly level: CredentialLevel;
  readonly organization: string;
  readonly workspace: string;
  readonly user: string;
}

/** How to sign in to a connector's server: named, held at one level, its secret sealed. */
export interface Credential {
  readonly id: string;
  readonly connectorId: string;
  readonly holder: CredentialHolder;
  /** Unique for its connector and holder. */
  readonly name: string;
  readonly title: string | null;
  readonly authType: OutboundAuthType;
  /** The one of its type that is taken where none is named. */
  readonly isDefault: boolean;
  readonly creatorId: string;
  /** Origin of the server it was given for. It goes nowhere else, wherever the connector points later. */
  readonly origin: string;
  /** A CredentialSecret as JSON, sealed with `credential:<id>` as context. */
  readonly sealedSecret: string;
  readonly status: CredentialStatus | null;
  readonly createdAt: Date;
}

/** What the last use of a credential showed. */
export interface CredentialStatus {
  readonly type: 'valid' | 'invalid' | 'error';
  readonly checkedAt: string;
  readonly httpCode?: number;
  readonly error?: CredentialError;
}

/**
 * Where the connector said that tokens are, when the secret was given: null where it said nothing. It is shown nowhere else.
 * Absent of secrets that were stored before this was kept.
 */
interface ForTokenEndpoint {
  readonly tokenEndpoint?: string | null;
}

/** A client that signs in as itself (RFC 6749 section 4.4). */
export interface OAuthClientSecret extends MachineClient, ForTokenEndpoint {
  readonly kind: 'client_credentials';
  readonly scope?: string;
}

/** A user whom a company's identity provider vouches for. */
export interface OAuthIdentitySecret extends MachineClient, ForTokenEndpoint {
  readonly kind: 'enterprise';
  readonly scope?: string;
  readonly identityProvider: IdentityProvider;
}

/** A token that somebody else obtained. `expiresAt`: RFC 3339. */
export interface OAuthTokenSecret {
  readonly kind: 'token';
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly expiresAt?: string;
  readonly scope?: string;
}

/** A person signed in; the tokens are kept under the credential's name (`oauth-ports.ts`). */
export interface OAuthSignInSecret {
  readonly kind: 'sign_in';
}

export interface CredentialSecret {
  readonly headers: Readonly<Record<string, string>>;
  readonly bearerToken?: string;
  readonly oauth?: OAuthClientSecret | OAuthIdentitySecret | OAuthTokenSecret | OAuthSignInSecret;
}

/** What is written of a credential; the store adds what identifies it. */
export type CredentialChange = Pick<
  Credential,
  'id' | 'title' | 'authType' | 'isDefault' | 'creatorId' | 'origin' | 'sealedSecret' | 'status'
>;

export interface CredentialStore {
  /** Those of one holder, oldest first. */
  list(connectorId: string, holder: CredentialHolder): Promise<Credential[]>;
  /** For each of these connectors all that the caller may use, nearest level first. */
  listFor(
    connectorIds: readonly string[],
    caller: Caller,
  ): Promise<ReadonlyMap<string, readonly Credential[]>>;
  /**
   * Writes the credential of this name; `change` sees those the holder has at that moment, and nobody else writes
   * meanwhile. A new default takes the place of the one of its type. `undefined` when the connector is gone.
   */
  save(
    connectorId: string,
    holder: CredentialHolder,
    name: string,
    change: (existing: readonly Credential[]) => CredentialChange,
  ): Promise<Credential | undefined>;
  /** Removes those of these names, or all; the oldest of a type is its default where that was removed. */
  remove(connectorId: string, holder: CredentialHolder, names?: readonly string[]): Promise<number>;
  get(id: string): Promise<Credential | undefined>;
  /**
   * Replaces what is sealed. `work` runs for one caller at a time over all processes that share the database, and is
   * given what is stored at that moment; where it throws, nothing changes. `undefined` when the credential is gone.
   */
  changeSecret(id: string, work: (sealed: string) => Promise<string>): Promise<string | undefined>;
  recordStatus(id: string, status: CredentialStatus): Promise<void>;
}

export function holderOf(caller: Caller, level: CredentialLevel): CredentialHolder {
  const { organization, workspace, user } = caller;
  return {
    level,
    organization,
    workspace: level === 'organization' ? '' : workspace,
    user: level === 'user' ? user : '',
  };
}

/** A connector's own secret sealed for one credential; `connector-vault.ts` seals and opens it. */
export function credentialContext(id: string): string {
  return `credential:${id}`;
}
