import type { Egress } from '@tramontane/egress';
import { clientMetadata } from '@tramontane/mcp-client';
import type { ConnectorSignInPorts } from './core/connector-sign-in.ts';
import { createConnectorSignIn } from './core/connector-sign-in.ts';
import { CALLBACK_PATH, CLIENT_METADATA_PATH, type SignInRoutes } from './http/sign-in-routes.ts';
import type { Database } from './store/database.ts';
import { createSharedSecrets } from './store/token-store.ts';
import { createRegisteredClients, createSignInStore } from './store/sign-in-store.ts';
import { type Authorizers, createAuthorizers } from './tools/authorizers.ts';
import { createToolSignIn } from './tools/tool-sign-in.ts';

export interface OAuth {
  readonly authorizers: Authorizers;
  readonly routes: SignInRoutes;
}

const CLIENT_NAME = 'Tramontane';

/** Everything that OAuth with tool servers needs. @param publicUrl Where browsers reach this server, without a slash. */
export function createOAuth(
  ports: Pick<ConnectorSignInPorts, 'connectors' | 'credentials' | 'vault' | 'box' | 'now'> & {
    readonly db: Database['db'];
    readonly egress: Egress;
  },
  publicUrl: () => string,
): OAuth {
  const { db, egress, box } = ports;
  const secrets = createSharedSecrets(db);
  const redirectUri = (): string => publicUrl() + CALLBACK_PATH;
  const metadataDocument = (): string => publicUrl() + CLIENT_METADATA_PATH;
  const toolSignIn = createToolSignIn({
    egress,
    secrets,
    clients: createRegisteredClients(db),
    box,
    clientName: CLIENT_NAME,
    redirectUri,
    metadataDocument,
  });
  return {
    authorizers: createAuthorizers({ egress, secrets, box }),
    routes: {
      signIn: createConnectorSignIn({ ...ports, signIns: createSignInStore(db), toolSignIn }),
      clientMetadata: () => ({
        client_id: metadataDocument(),
        client_uri: publicUrl(),
        ...clientMetadata({ name: CLIENT_NAME, redirectUri: redirectUri() }, ['none']),
      }),
    },
  };
}
