import type { CredentialsInput, OutboundAuthType } from '@tramontane/wire';
import { wrongField } from './api-error.ts';
import { originOf, tokenEndpointOf, type Connector } from './connector.ts';
import type {
  Credential,
  CredentialChange,
  CredentialSecret,
  CredentialStatus,
  OAuthClientSecret,
  OAuthIdentitySecret,
} from './credential.ts';
import { toMachineClient } from './machine-auth.ts';
import type { ConnectorVault } from './connector-vault.ts';

export interface CredentialContext {
  readonly connector: Connector;
  readonly creatorId: string;
  readonly newId: string;
  readonly at: Date;
  readonly vault: ConnectorVault;
}

/**
 * A credential as it is to be written. Its type's first one is the default, and so is each that asks for it; the default
 * gives its place up to another only, never by itself (API notes, credentials).
 * @param existing Those of the same connector and holder.
 */
export function toCredentialChange(
  given: CredentialsInput,
  existing: readonly Credential[],
  context: CredentialContext,
): CredentialChange {
  const isKept = given.credentials === undefined && existing.some(({ name }) => name === given.name);
  const secret = isKept ? undefined : toSecret(given.credentials);
  return toChange(given, secret && forItsEndpoint(secret, context.connector), existing, context);
}

/** The credential that a person's sign-in is kept as. */
export function signedInChange(
  given: { readonly name: string; readonly title?: string },
  existing: readonly Credential[],
  context: CredentialContext,
): CredentialChange {
  return toChange(given, { headers: {}, oauth: { kind: 'sign_in' } }, existing, context);
}

/** @param secret Left out, the one that is stored stays, and stays for where it was given. */
function toChange(
  given: Pick<CredentialsInput, 'name' | 'title' | 'is_default'>,
  secret: CredentialSecret | undefined,
  existing: readonly Credential[],
  { connector, creatorId, newId, at, vault }: CredentialContext,
): CredentialChange {
  const current = existing.find(({ name }) => name === given.name);
  const id = current?.id ?? newId;
  const written = secret ?? (current ? undefined : toSecret(null));
  const authType = written ? typeOf(written, connector) : (current?.authType ?? 'none');
  return {
    id,
    title: given.title === undefined ? (current?.title ?? null) : given.title,
    authType,
    isDefault: toDefault(given.is_default ?? undefined, authType, current, existing),
    creatorId,
    origin: written || !current ? originOf(connector.config.server) : current.origin,
    sealedSecret:
      written || !current ? vault.sealCredential(id, written ?? toSecret(null)) : current.sealedSecret,
    status: written || !current ? firstStatus(written ?? toSecret(null), at) : current.status,
  };
}

function toDefault(
  wanted: boolean | undefined,
  authType: OutboundAuthType,
  current: Credential | undefined,
  existing: readonly Credential[],
): boolean {
  const others = existing.filter(other => other.authType === authType && other.name !== current?.name);
  const isNow = current?.isDefault === true && current.authType === authType;
  if (wanted === false && (isNow || others.length === 0)) {
    const why = isNow
      ? 'These credentials are the default of their type. Make others the default instead.'
      : 'The first credentials of a type are its default.';
    throw wrongField(['body', 'is_default'], why);
  }
  return wanted ?? (isNow || others.length === 0);
}

function toSecret(given: CredentialsInput['credentials']): CredentialSecret {
  const oauth = given?.oauth ?? undefined;
  return {
    headers: given?.headers ?? {},
    ...(given?.bearer_token != null && { bearerToken: given.bearer_token }),
    ...(oauth && { oauth: toOAuth(oauth) }),
  };
}

/** Whoever may change the connector must not lead the secrets of others to an endpoint of their choice. */
function forItsEndpoint(secret: CredentialSecret, { config }: Connector): CredentialSecret {
  const { oauth } = secret;
  if (oauth?.kind !== 'client_credentials' && oauth?.kind !== 'enterprise') return secret;
  return { ...secret, oauth: { ...oauth, tokenEndpoint: tokenEndpointOf(config) } };
}

type GivenOAuth = NonNullable<NonNullable<CredentialsInput['credentials']>['oauth']>;

function toOAuth(given: GivenOAuth): NonNullable<CredentialSecret['oauth']> {
  if ('grant_type' in given) return toOAuthClient(given);
  const expiresAt = given.expires_at ?? (given.expires_in == null ? undefined : timeIn(given.expires_in));
  return {
    kind: 'token',
    accessToken: given.access_token,
    ...(given.refresh_token != null && { refreshToken: given.refresh_token }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(given.scope != null && { scope: given.scope }),
  };
}

/** Of what ends beyond all dates, the last one. */
function timeIn(seconds: number): string {
  const time = Date.now() + seconds * 1000;
  return new Date(Math.max(-LAST_TIME, Math.min(time, LAST_TIME))).toISOString();
}

const LAST_TIME = 8.64e15;

const OAUTH = ['body', 'credentials', 'oauth'];

function toOAuthClient(
  given: Extract<GivenOAuth, { grant_type: string }>,
): OAuthClientSecret | OAuthIdentitySecret {
  const client = {
    ...toMachineClient(given, OAUTH),
    ...(given.scope !== undefined && { scope: given.scope }),
  };
  if (given.grant_type === 'client_credentials') return { kind: 'client_credentials', ...client };
  const { identity_provider: provider } = given;
  return {
    kind: 'enterprise',
    ...client,
    identityProvider: {
      ...toMachineClient(provider, [...OAUTH, 'identity_provider']),
      tokenUrl: provider.token_url,
      subjectToken: { text: provider.subject_token },
      subjectTokenType: SUBJECT_TOKENS[provider.subject_token_type],
    },
  };
}

const SUBJECT_TOKENS = {
  'urn:ietf:params:oauth:token-type:id_token': 'id_token',
  'urn:ietf:params:oauth:token-type:refresh_token': 'refresh_token',
} as const;

/** Headers alone are a sign-in too, except where the connector says that it needs none beside them. */
function typeOf({ headers, bearerToken, oauth }: CredentialSecret, { config }: Connector): OutboundAuthType {
  if (oauth) return 'oauth2';
  if (bearerToken !== undefined) return 'bearer';
  if (Object.keys(headers).length === 0) return 'none';
  const isNone = config.authMethods.some(method => method.type === 'none' && method.headers.length > 0);
  return isNone && !config.authMethods.some(method => method.type === 'bearer') ? 'none' : 'bearer';
}

/** Nothing was tried yet; only what cannot work is told at once. */
function firstStatus(secret: CredentialSecret, at: Date): CredentialStatus | null {
  if (secret.bearerToken?.trim() !== '') return null;
  return { type: 'invalid', checkedAt: at.toISOString(), error: 'blank bearer token' };
}
