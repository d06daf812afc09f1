import type { AuthHeader, OAuthServerMetadata, OutboundAuthType } from '@tramontane/wire';
import type { MachineAuth } from './machine-auth.ts';

/** How to reach and sign in to a tool server. Stored sealed, never shown. */
export interface ConnectorAccess {
  readonly auth:
    | { readonly type: 'none' }
    | { readonly type: 'bearer'; readonly token: string }
    | { readonly type: 'api_key'; readonly key: string; readonly header: string }
    | MachineAuth
    /** Tokens of a person's sign-in, by the name they are kept under. */
    | { readonly type: 'sign_in'; readonly credential: string };
  readonly headers: Readonly<Record<string, string>>;
  readonly oauth?: ConnectorOAuth;
  /** The stored credential it was made of, where it was. */
  readonly credentialId?: string;
}

/** What the creator of a connector said of its authorization server. */
export interface ConnectorOAuth {
  /** The client that was registered there by hand. */
  readonly client?: { readonly clientId: string; readonly clientSecret?: string };
  /** RFC 8414 metadata, in place of looking for it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export const CONNECTOR_VISIBILITIES = ['private', 'shared_workspace', 'shared_org', 'shared_global'] as const;
/** `shared_global`: the operator's own, seen by everyone and changed by nobody. */
export type ConnectorVisibility = (typeof CONNECTOR_VISIBILITIES)[number];

/** A way to sign in that the creator announced. */
export interface ConnectorAuthMethod {
  readonly type: OutboundAuthType;
  /** Headers that whoever connects has to fill in. */
  readonly headers: readonly AuthHeader[];
  readonly grantType?: 'authorization_code' | 'client_credentials';
  /** RFC 8414 metadata; with it nothing is discovered. */
  readonly serverMetadata?: OAuthServerMetadata;
  readonly tokenEndpointAuthMethod?: 'client_secret_post' | 'client_secret_basic';
}

/** What is known of a tool server. */
export interface ConnectorConfig {
  readonly title: string | null;
  readonly description: string;
  readonly server: string;
  readonly iconUrl: string | null;
  readonly systemPrompt: string | null;
  /** How long this server may take; what is left out is as the server's settings say. */
  readonly limits?: Partial<ToolLimits>;
  readonly authMethods: readonly ConnectorAuthMethod[];
}

export interface Connector {
  readonly id: string;
  readonly organization: string;
  readonly workspace: string;
  readonly ownerId: string;
  readonly name: string;
  readonly visibility: ConnectorVisibility;
  /** Made from an MCP server that an agent or a conversation named itself: usable by reference, never listed. */
  readonly inline: boolean;
  readonly config: ConnectorConfig;
  /** A ConnectorAccess as JSON, sealed with `connector:<id>` as context. */
  readonly sealedAccess: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

/** How long a tool server may take, in milliseconds. */
export interface ToolLimits {
  /** To be found out and connected to. */
  readonly connectMs: number;
  /** A request without an answer or a report of progress. */
  readonly idleMs: number;
  /** A request, whatever its progress. */
  readonly totalMs: number;
}

/** Where the connector's creator said that tokens are. */
export function tokenEndpointOf({ authMethods }: Pick<ConnectorConfig, 'authMethods'>): string | null {
  return authMethods.find(({ serverMetadata }) => serverMetadata)?.serverMetadata?.token_endpoint ?? null;
}

/** An address as all may see it: a query may hold a key. */
export function withoutQuery(server: string): string {
  return server.replace(/[?#].*$/s, '');
}

/** Where credentials for a server may go: nowhere but there. */
export function originOf(server: string): string {
  return new URL(server).origin;
}
