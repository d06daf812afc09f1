import type { ConnectorAuthorization } from '@tramontane/wire';
import type { StoredConnectorTool } from './agent.ts';
import type { Connector, ConnectorAccess } from './connector.ts';
import { credentialContext, type Credential, type CredentialSecret } from './credential.ts';
import type { SecretBox } from './secret-box.ts';

/** What signs in for one use of a connector, and where it may go. */
export type BoundAuthorization = ConnectorAuthorization & { readonly origin: string };

/** Seals what signs in to tool servers, and opens it for a call. */
export interface ConnectorVault {
  seal(connectorId: string, access: ConnectorAccess): string;
  /** What its creator gave, with what they said of its authorization server. */
  accessOf(connector: Connector): ConnectorAccess;
  sealCredential(id: string, secret: CredentialSecret): string;
  openCredential(credential: Pick<Credential, 'id' | 'sealedSecret'>): CredentialSecret;
  sealAuthorization(reference: string, authorization: BoundAuthorization): string;
  openAuthorization(tool: StoredConnectorTool): BoundAuthorization | undefined;
  fingerprint(text: string): string;
}

export function createConnectorVault(box: SecretBox): ConnectorVault {
  const read = (sealed: string, context: string): unknown => JSON.parse(box.open(sealed, context));
  return {
    seal: (connectorId, access) => box.seal(JSON.stringify(access), connectorContext(connectorId)),
    accessOf(connector) {
      const sealed = read(connector.sealedAccess, connectorContext(connector.id)) as ConnectorAccess;
      const { oauth, ...own } = sealed;
      const metadata = connector.config.authMethods.find(method => method.serverMetadata)?.serverMetadata;
      // Metadata that was sealed with it may have been taken away since.
      const known = { ...(oauth?.client && { client: oauth.client }), ...(metadata && { metadata }) };
      return Object.keys(known).length > 0 ? { ...own, oauth: known } : own;
    },
    sealCredential: (id, secret) => box.seal(JSON.stringify(secret), credentialContext(id)),
    openCredential: ({ id, sealedSecret }) => read(sealedSecret, credentialContext(id)) as CredentialSecret,
    sealAuthorization: (reference, authorization) =>
      box.seal(JSON.stringify(authorization), authorizationContext(reference)),
    openAuthorization: ({ connectorId, sealedAuthorization: sealed }) =>
      sealed === undefined
        ? undefined
        : (read(sealed, authorizationContext(connectorId)) as BoundAuthorization),
    fingerprint: text => box.fingerprint(text),
  };
}

/**
 * An `api-key` goes where the connector's own key goes, else into the header that the connector names for keys, else
 * into the Authorization header (API notes, tools).
 */
export function withAuthorization(
  { config }: Connector,
  own: ConnectorAccess,
  { type, value }: ConnectorAuthorization,
): ConnectorAccess {
  const named = config.authMethods.find(method => method.type === 'bearer')?.headers[0]?.name;
  const header = own.auth.type === 'api_key' ? own.auth.header : named;
  if (type !== 'api-key' || header === undefined)
    return { auth: { type: 'bearer', token: value }, headers: own.headers };
  // The creator's value in the same header would go out in the place of the caller's.
  const others = Object.entries(own.headers).filter(([name]) => name.toLowerCase() !== header.toLowerCase());
  return { auth: { type: 'api_key', key: value, header }, headers: Object.fromEntries(others) };
}

function connectorContext(id: string): string {
  return `connector:${id}`;
}

function authorizationContext(reference: string): string {
  return `authorization:${reference}`;
}
