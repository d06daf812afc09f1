import { createHash } from 'node:crypto';
import type { Egress } from '@tramontane/egress';
import {
  type Authorizer,
  type AuthorizerOptions,
  type ServerAuth,
  createAuthorizer,
} from '@tramontane/mcp-client';
import type { Connector, ConnectorAccess } from '../core/connector.ts';
import type { SharedSecrets } from '../core/oauth-ports.ts';
import { remember } from '../core/remember.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { obtainAsMachine } from './machine-sign-in.ts';
import { createTokenPlace } from './token-place.ts';

/** How requests to a connector's server are signed. */
export interface Authorizers {
  authFor(connector: Connector, access: ConnectorAccess): ServerAuth;
}

export interface AuthorizersOptions {
  readonly egress: Egress;
  readonly secrets: SharedSecrets;
  readonly box: SecretBox;
}

/** Authorizers that are remembered; one that is forgotten only has to read its tokens again. */
const MAX_REMEMBERED = 1_000;

export function createAuthorizers({ egress, secrets, box }: AuthorizersOptions): Authorizers {
  const known = new Map<string, Authorizer>();

  function remembered(
    connector: Connector,
    credential: string,
    options: Pick<AuthorizerOptions, 'obtain' | 'isEager'>,
  ): ServerAuth {
    const key = JSON.stringify([connector.workspace, connector.id, credential]);
    const place = { workspace: connector.workspace, connectorId: connector.id, credential };
    const authorizer =
      known.get(key) ??
      createAuthorizer({ egress, place: createTokenPlace(secrets, box, place), ...options });
    remember(known, key, authorizer, MAX_REMEMBERED);
    return { type: 'oauth', authorizer };
  }

  return {
    authFor(connector, { auth }) {
      if (auth.type === 'sign_in') return remembered(connector, auth.credential, {});
      if (auth.type === 'none' || auth.type === 'bearer' || auth.type === 'api_key') return auth;
      const obtain = obtainAsMachine(auth);
      // Another secret is another credential: its tokens must not be those of the old one.
      const credential = `client ${createHash('sha256').update(JSON.stringify(auth)).digest('hex')}`;
      return remembered(connector, credential, { obtain, isEager: auth.tokenUrl !== undefined });
    },
  };
}
