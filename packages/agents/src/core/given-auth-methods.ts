import type { AuthMethodUpdate, CreateConnector, UpdateConnector } from '@tramontane/wire';
import { ApiError } from './api-error.ts';
import type { ConnectorAuthMethod, ConnectorOAuth } from './connector.ts';

type GivenMethod = NonNullable<CreateConnector['auth_methods']>[number] | AuthMethodUpdate;

/** Ways to sign in as they are stored, from the keys of every SDK generation. `undefined`: nothing was given. */
export function toAuthMethods(given: CreateConnector | UpdateConnector): ConnectorAuthMethod[] | undefined {
  const metadata = {
    ...('oauth2_server_metadata' in given &&
      given.oauth2_server_metadata && { serverMetadata: given.oauth2_server_metadata }),
  };
  if (given.auth_methods) return given.auth_methods.map(method => toAuthMethod(method, metadata));
  if (!given.auth_data && Object.keys(metadata).length === 0) return undefined;
  return [{ type: 'oauth2', headers: [], grantType: 'authorization_code', ...metadata }];
}

function toAuthMethod(
  given: GivenMethod,
  metadata: Pick<ConnectorAuthMethod, 'serverMetadata'>,
): ConnectorAuthMethod {
  if (given.method_type === 'webhook' || ('auth_direction' in given && given.auth_direction === 'inbound')) {
    throw new ApiError(
      'not_supported',
      'Authentication of calls from outside (webhook, auth_direction inbound) is not supported. Leave this method out.',
      { param: 'auth_methods' },
    );
  }
  const headers = given.headers ?? [];
  if (given.method_type !== 'oauth2') return { type: given.method_type, headers };
  return {
    type: 'oauth2',
    headers,
    ...metadata,
    grantType: given.grant_type ?? 'authorization_code',
    ...(given.oauth2_server_metadata && { serverMetadata: given.oauth2_server_metadata }),
    ...('token_endpoint_auth_method' in given &&
      given.token_endpoint_auth_method !== undefined && {
        tokenEndpointAuthMethod: given.token_endpoint_auth_method,
      }),
  };
}

/** The OAuth client among what was given, wherever an SDK puts it. */
export function toOAuthClient(given: CreateConnector | UpdateConnector): ConnectorOAuth['client'] {
  const methods: readonly GivenMethod[] = given.auth_methods ?? [];
  for (const method of [given, ...methods]) {
    const data = 'auth_data' in method ? method.auth_data : undefined;
    if (data) return toClient(data.client_id, data.client_secret);
    const secrets = 'oauth2_metadata_secrets' in method ? method.oauth2_metadata_secrets : undefined;
    if (secrets?.client_id != null) return toClient(secrets.client_id, secrets.client_secret);
  }
  return undefined;
}

function toClient(clientId: string, secret: string | null | undefined): ConnectorOAuth['client'] {
  return { clientId, ...(secret != null && { clientSecret: secret }) };
}
