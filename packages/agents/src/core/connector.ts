/** How to reach and sign in to a tool server. Stored sealed, never shown. */
export interface ConnectorAccess {
  readonly auth:
    | { readonly type: 'none' }
    | { readonly type: 'bearer'; readonly token: string }
    | { readonly type: 'api_key'; readonly key: string; readonly header: string }
    | ClientCredentials
    /** Tokens of a person's sign-in, by the name they are kept under. */
    | { readonly type: 'sign_in'; readonly credential: string };
  readonly headers: Readonly<Record<string, string>>;
  readonly oauth?: ConnectorOAuth;
}

/** Tokens that the client asks for as itself (RFC 6749 section 4.4). */
export interface ClientCredentials {
  readonly type: 'client_credentials';
  readonly clientId: string;
  readonly clientSecret: string;
  /** Absent where the tool server's own metadata says where tokens are. */
  readonly tokenUrl?: string;
  readonly scope?: string;
  readonly method?: 'client_secret_basic' | 'client_secret_post';
}

/** What the creator of a connector said of its authorization server. */
export interface ConnectorOAuth {
  /** The client that was registered there by hand. */
  readonly client?: { readonly clientId: string; readonly clientSecret?: string };
  /** RFC 8414 metadata, in place of looking for it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export type ConnectorVisibility = 'private' | 'shared_workspace' | 'shared_org';

/** What is known of a tool server. */
export interface ConnectorConfig {
  readonly title: string | null;
  readonly description: string;
  readonly server: string;
  readonly iconUrl: string | null;
  readonly visibility: ConnectorVisibility;
  readonly systemPrompt: string | null;
  /** Limit of one request to the server, in milliseconds. */
  readonly timeoutMs: number;
  /** Ways to sign in that the creator announced. */
  readonly authMethods: readonly string[];
}

export interface Connector {
  readonly id: string;
  readonly workspace: string;
  readonly ownerId: string;
  readonly name: string;
  /** Made from an MCP server that an agent or a conversation named itself: usable by reference, never listed. */
  readonly inline: boolean;
  readonly config: ConnectorConfig;
  /** A ConnectorAccess as JSON, sealed with `connector:<id>` as context. */
  readonly sealedAccess: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

/** Default and highest limit of one request to a tool server, in milliseconds. */
export const DEFAULT_TOOL_TIMEOUT_MS = 30_000;
export const MAX_TOOL_TIMEOUT_MS = 600_000;
