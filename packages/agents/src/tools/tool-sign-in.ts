import type { Egress } from '@tramontane/egress';
import {
  type OAuthClient,
  type PendingSignIn,
  type Registrations,
  beginSignIn,
  completeSignIn,
} from '@tramontane/mcp-client';
import type { Connector } from '../core/connector.ts';
import type { RegisteredClients, SecretPlace, SharedSecrets, ToolSignIn } from '../core/oauth-ports.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { toFailure } from './to-failure.ts';
import { createTokenPlace, sealTokens } from './token-place.ts';

export interface ToolSignInOptions {
  readonly egress: Egress;
  readonly secrets: SharedSecrets;
  readonly clients: RegisteredClients;
  readonly box: SecretBox;
  readonly clientName: string;
  /** Where browsers come back to. */
  readonly redirectUri: () => string;
  /** Where our client id metadata document is. */
  readonly metadataDocument: () => string;
}

/** Sign-ins of people at tool servers, with the authorization code flow of `mcp-client`. */
export function createToolSignIn(options: ToolSignInOptions): ToolSignIn {
  const { egress, secrets, box } = options;
  const now = Date.now;
  return {
    async begin(connector, access, credential, signal) {
      const place = placeOf(connector, credential);
      const { client, metadata } = access.oauth ?? {};
      const issuer = metadata?.['issuer'];
      const previous = await createTokenPlace(secrets, box, place).read(signal);
      const { url, pending } = await beginSignIn(egress, {
        url: new URL(connector.config.server),
        headers: access.headers,
        client: {
          name: options.clientName,
          redirectUri: options.redirectUri(),
          metadataDocument: options.metadataDocument(),
          ...(client && { registered: { ...client, ...(typeof issuer === 'string' && { issuer }) } }),
        },
        registrations: registrationsOf(options, connector.workspace),
        ...(metadata && { given: { metadata, ...(typeof issuer === 'string' && { issuer }) } }),
        previous,
        now,
        signal,
      }).catch(error => Promise.reject(toFailure(error, connector, signal)));
      return { url: url.href, state: pending.state, pending: JSON.stringify(pending) };
    },
    async complete(connector, credential, pending, answer, signal) {
      const registrations = registrationsOf(options, connector.workspace);
      const open = JSON.parse(pending) as PendingSignIn;
      const tokens = await completeSignIn(egress, open, answer, { registrations, now, signal }).catch(error =>
        Promise.reject(toFailure(error, connector, signal)),
      );
      const place = placeOf(connector, credential);
      await secrets.write(place, sealTokens(box, place, tokens));
    },
    async isSignedIn(connector, credential) {
      const place = createTokenPlace(secrets, box, placeOf(connector, credential));
      const kept = await place.read(new AbortController().signal);
      if (!kept) return false;
      const { expiresAt, refreshToken } = kept.tokens;
      return refreshToken !== undefined || expiresAt === undefined || expiresAt > now();
    },
  };
}

function placeOf(connector: Connector, credential: string): SecretPlace {
  return { workspace: connector.workspace, connectorId: connector.id, credential };
}

function registrationsOf({ clients, box }: ToolSignInOptions, workspace: string): Registrations {
  const keyOf = (issuer: string, redirectUri: string) => ({ workspace, issuer, redirectUri });
  const contextOf = (issuer: string): string => `oauth client:${workspace}:${issuer}`;
  return {
    async find(issuer, redirectUri) {
      const sealed = await clients.find(keyOf(issuer, redirectUri));
      return sealed === undefined
        ? undefined
        : (JSON.parse(box.open(sealed, contextOf(issuer))) as OAuthClient);
    },
    save: async (client, redirectUri) =>
      clients.save(
        keyOf(client.issuer, redirectUri),
        box.seal(JSON.stringify(client), contextOf(client.issuer)),
      ),
    forget: async ({ issuer }, redirectUri) => clients.forget(keyOf(issuer, redirectUri)),
  };
}
