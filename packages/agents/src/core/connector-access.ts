import type { StoredConnectorTool } from './agent.ts';
import { ApiError } from './api-error.ts';
import type { Caller } from './caller.ts';
import { originOf, tokenEndpointOf, type Connector, type ConnectorAccess } from './connector.ts';
import { withSignIn } from './connector-sign-in.ts';
import { withAuthorization, type ConnectorVault } from './connector-vault.ts';
import type {
  Credential,
  CredentialSecret,
  OAuthClientSecret,
  OAuthIdentitySecret,
  OAuthTokenSecret,
} from './credential.ts';
import { signInCredential } from './oauth-ports.ts';
import type { ReachableConnector } from './ports.ts';
import { ToolServerFailure } from './tool-servers.ts';

/** What says which credential signs in: the tool that an agent or a request has, or a name. */
export interface AccessWish {
  readonly tool?: StoredConnectorTool;
  readonly credentialsName?: string;
}

/**
 * How this caller signs in to the connector's server. First what came with this very use; then the credentials named;
 * then the default of the user, of the workspace, of the organization; and last what the connector's creator gave.
 * Throws ToolServerFailure `refused` for credentials that cannot be used, ApiError `not_found` for a name that is not there.
 */
export function accessFor(
  caller: Caller,
  { connector, credentials }: Pick<ReachableConnector, 'connector' | 'credentials'>,
  wish: AccessWish,
  vault: ConnectorVault,
): ConnectorAccess {
  const own = vault.accessOf(connector);
  const authorization = wish.tool && vault.openAuthorization(wish.tool);
  if (authorization) {
    checkStaysThere(connector, authorization.origin, 'The authorization of this tool was');
    return withAuthorization(connector, own, authorization);
  }
  // Its credentials came with it, and nobody can store others for what nobody can list.
  if (connector.inline) return withSignIn(own, caller, connector);
  const chosen =
    wish.credentialsName === undefined
      ? findDefault(credentials, connector)
      : credentials.find(({ name }) => name === wish.credentialsName);
  if (!chosen) {
    if (wish.credentialsName === undefined) return withSignIn(own, caller, connector);
    const message = `Connector ${connector.name} has no credentials ${JSON.stringify(wish.credentialsName)} that you may use.`;
    throw new ApiError('not_found', message, { param: 'credentials_name' });
  }
  checkStaysThere(connector, chosen.origin, `${nameOf(chosen)} were`);
  const place = signInCredential(caller, chosen.name, connector);
  return withCredential(connector, own, chosen, vault.openCredential(chosen), place);
}

/**
 * The default of the nearest level that has one; of several types, the one the connector names first. A connector that
 * names nothing, or no headers, does not choose credentials without a secret over those with one.
 */
export function findDefault(usable: readonly Credential[], connector: Connector): Credential | undefined {
  const defaults = usable.filter(({ isDefault }) => isDefault);
  const nearest = defaults.filter(({ holder }) => holder.level === defaults[0]?.holder.level);
  for (const { type, headers } of connector.config.authMethods) {
    if (type === 'none' && headers.length === 0) continue;
    const found = nearest.find(({ authType }) => authType === type);
    if (found) return found;
  }
  return nearest.find(({ authType }) => authType !== 'none') ?? nearest[0];
}

function withCredential(
  connector: Connector,
  own: ConnectorAccess,
  credential: Credential,
  secret: CredentialSecret,
  signInPlace: string,
): ConnectorAccess {
  const given = new Set(Object.keys(secret.headers).map(name => name.toLowerCase()));
  const kept = Object.entries(own.headers).filter(([name]) => !given.has(name.toLowerCase()));
  const auth =
    toAuth(connector, own, credential, secret, signInPlace) ??
    (isOverridden(own.auth, given) ? { type: 'none' } : own.auth);
  return {
    ...own,
    auth,
    headers: { ...Object.fromEntries(kept), ...secret.headers },
    credentialId: credential.id,
  };
}

/** Sent besides, the connector's own sign-in would stand where the credential's header goes. */
function isOverridden(auth: ConnectorAccess['auth'], given: ReadonlySet<string>): boolean {
  const header = auth.type === 'api_key' ? auth.header : 'authorization';
  return given.has(header.toLowerCase());
}

function toAuth(
  connector: Connector,
  own: ConnectorAccess,
  credential: Credential,
  { bearerToken, oauth }: CredentialSecret,
  signInPlace: string,
): ConnectorAccess['auth'] | undefined {
  if (oauth?.kind === 'token') return { type: 'bearer', token: toLiveToken(credential, oauth) };
  if (oauth?.kind === 'sign_in') return { type: 'sign_in', credential: signInPlace };
  if (oauth) return toMachineAuth(connector, own, credential, oauth);
  if (bearerToken === undefined) return undefined;
  if (bearerToken.trim() === '') throw unusable(credential, 'hold a blank bearer token');
  return { type: 'bearer', token: bearerToken };
}

/** What the creator said of the authorization server stands for what would have to be looked for. */
function toMachineAuth(
  { name, config }: Connector,
  own: ConnectorAccess,
  credential: Credential,
  secret: OAuthClientSecret | OAuthIdentitySecret,
): ConnectorAccess['auth'] {
  const tokenUrl = tokenEndpointOf(config);
  const issuer = own.oauth?.metadata?.['issuer'];
  const { tokenEndpoint: givenFor } = secret;
  if (givenFor !== undefined && givenFor !== tokenUrl) {
    const places = [givenFor, tokenUrl].map(place => place ?? 'no token endpoint');
    const message = `${nameOf(credential)} were given when ${name} named ${places[0]}, and now it names ${places[1]}. Store them again.`;
    throw new ToolServerFailure('refused', message, { mayHaveRun: false });
  }
  const method = config.authMethods.find(
    ({ grantType }) => grantType === 'client_credentials',
  )?.tokenEndpointAuthMethod;
  const { kind: _kind, tokenEndpoint: _givenFor, ...client } = secret;
  const known = {
    ...client,
    ...(tokenUrl !== null && { tokenUrl }),
    ...(typeof issuer === 'string' && { issuer }),
    ...(method && { method }),
  };
  return secret.kind === 'enterprise'
    ? { type: 'enterprise', ...known, identityProvider: secret.identityProvider }
    : { type: 'client_credentials', ...known };
}

function toLiveToken(credential: Credential, token: OAuthTokenSecret): string {
  const isOver = token.expiresAt !== undefined && Date.parse(token.expiresAt) <= Date.now();
  if (isOver) throw unusable(credential, 'hold a token that has expired');
  return token.accessToken;
}

/** A secret goes to the origin it was given for: the connector moved since, or another one has its name now. */
function checkStaysThere({ name, config }: Connector, origin: string, subject: string): void {
  if (origin === originOf(config.server)) return;
  const message = `${subject} given for ${origin}, where ${name} is not now. Give it again for where it is.`;
  throw new ToolServerFailure('refused', message, { mayHaveRun: false });
}

function unusable(credential: Credential, why: string): ToolServerFailure {
  return new ToolServerFailure('refused', `${nameOf(credential)} ${why}. Store them again.`, {
    mayHaveRun: false,
  });
}

function nameOf({ name, holder }: Credential): string {
  return `The credentials ${name} of the ${holder.level}`;
}
