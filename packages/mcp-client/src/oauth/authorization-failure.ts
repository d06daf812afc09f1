import { ConnectionError, type ConnectionErrorCode } from '../connection-error.ts';

/**
 * Why OAuth with a tool server came to nothing. The list is closed.
 * A person who signs in (again) helps with the first three; what follows needs a change at the server, at its
 * authorization server, or in the settings of the connector.
 */
export type AuthorizationFailureCode =
  | 'not_signed_in'
  | 'sign_in_expired'
  | 'more_scopes'
  | 'no_metadata'
  | 'bad_metadata'
  | 'foreign_metadata'
  | 'insecure_url'
  | 'resource_mismatch'
  | 'issuer_mismatch'
  | 'no_pkce'
  | 'no_client'
  | 'no_assertion'
  | 'registration_refused'
  | 'response_mismatch'
  | 'denied'
  | 'token_refused';

const PERSON_HELPS: ReadonlySet<AuthorizationFailureCode> = new Set([
  'not_signed_in',
  'sign_in_expired',
  'more_scopes',
]);

/** @param server origin of the tool server, which is what the reader of the message knows */
export function authorizationFailure(
  reason: AuthorizationFailureCode,
  server: string,
  message: string,
  cause?: unknown,
): ConnectionError {
  const code: ConnectionErrorCode = PERSON_HELPS.has(reason) ? 'sign_in_required' : 'authorization_failed';
  return new ConnectionError(code, message, { server, reason, ...(cause !== undefined && { cause }) });
}
