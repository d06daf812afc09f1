import type { McpAuth } from '@tramontane/wire';
import type { Caller } from './caller.ts';
import { type Connector, type ConnectorAccess } from './connector.ts';
import type { ConnectorVault } from './connector-vault.ts';
import { toUuid } from './ids.ts';
import { toMachineClient } from './machine-auth.ts';

export interface InlineServer {
  readonly url: string;
  readonly auth: McpAuth | null;
  readonly timeoutSeconds: number | null;
}

/**
 * The connector behind an MCP server given inline. Its id comes from what it is: the same server with the same
 * credentials is the same connector of its caller, without a look into the store. Nothing is written here: it is kept
 * together with what names it, or not at all.
 */
export function toInlineConnector(caller: Caller, server: InlineServer, vault: ConnectorVault): Connector {
  const access: ConnectorAccess = { auth: toAuth(server.auth), headers: {} };
  const idleMs = server.timeoutSeconds === null ? undefined : Math.ceil(server.timeoutSeconds * 1000);
  // A fingerprint under the server's key: the id, which is no secret, must not let anyone guess a token.
  const { organization, workspace, user } = caller;
  const id = toUuid(vault.fingerprint(JSON.stringify([workspace, user, server.url, access, idleMs ?? null])));
  const host = new URL(server.url).host;
  const at = new Date();
  return {
    id,
    organization,
    workspace,
    ownerId: user,
    name: host.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 64),
    visibility: 'private',
    inline: true,
    config: {
      title: null,
      description: `MCP server at ${host}, given inline`,
      server: server.url,
      iconUrl: null,
      systemPrompt: null,
      ...(idleMs !== undefined && { limits: { idleMs } }),
      authMethods: [{ type: METHODS[access.auth.type], headers: [] }],
    },
    sealedAccess: vault.seal(id, access),
    createdAt: at,
    modifiedAt: at,
  };
}

const METHODS = {
  none: 'none',
  bearer: 'bearer',
  api_key: 'bearer',
  client_credentials: 'oauth2',
  workload_identity: 'oauth2',
  enterprise: 'oauth2',
  sign_in: 'oauth2',
} as const satisfies Record<ConnectorAccess['auth']['type'], string>;

function toAuth(auth: McpAuth | null): ConnectorAccess['auth'] {
  switch (auth?.type) {
    case undefined:
      return { type: 'none' };
    case 'bearer':
      return { type: 'bearer', token: auth.token };
    case 'api_key':
      return { type: 'api_key', key: auth.key, header: auth.header };
    case 'oauth2':
      return {
        type: 'client_credentials',
        ...toMachineClient(auth, ['body', 'tools', 'config', 'auth']),
        tokenUrl: auth.token_url,
        ...(auth.scope !== undefined && { scope: auth.scope }),
      };
  }
}
