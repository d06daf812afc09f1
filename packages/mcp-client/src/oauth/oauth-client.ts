import type { JWK } from 'jose';

/** How a client shows an authorization server who it is (RFC 6749 section 2.3, RFC 7523 section 2.2). */
export type ClientAuthentication =
  | { readonly method: 'none' }
  | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly secret: string }
  /** `key`: a private key as PKCS #8 in PEM, or as a JWK. `algorithm` defaults to the key's own, else ES256. */
  | { readonly method: 'private_key_jwt'; readonly key: string | JWK; readonly algorithm?: string };

/** A client as one authorization server knows it. It is never shown to another one. */
export interface OAuthClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly authentication: ClientAuthentication;
  /** Seconds since 1970 after which a registered secret is void. */
  readonly secretExpiresAt?: number;
}

/** A client that was registered by hand. Without an issuer it belongs to the first one it is used with. */
export interface RegisteredClient {
  readonly issuer?: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly method?: 'client_secret_basic' | 'client_secret_post';
}

/** @param supported methods the server lists; RFC 8414 says that a server without a list takes client_secret_basic */
export function authenticationFor(
  secret: string | undefined,
  supported: readonly string[] | undefined,
  wanted?: string | null,
): ClientAuthentication {
  if (secret === undefined) return { method: 'none' };
  const methods = supported ?? ['client_secret_basic'];
  if (wanted === 'client_secret_basic' || wanted === 'client_secret_post') return { method: wanted, secret };
  if (wanted === 'none') return { method: 'none' };
  if (methods.includes('client_secret_basic')) return { method: 'client_secret_basic', secret };
  if (methods.includes('client_secret_post')) return { method: 'client_secret_post', secret };
  // A server that lists neither still gave out a secret: without it is what its list asks for.
  return methods.includes('none') ? { method: 'none' } : { method: 'client_secret_basic', secret };
}
