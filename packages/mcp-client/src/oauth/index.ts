export type { AuthorizationFailureCode } from './authorization-failure.ts';
export { type Authorizer, type AuthorizerOptions, type Obtain, createAuthorizer } from './authorizer.ts';
export { type BeginSignInOptions, beginSignIn, completeSignIn } from './begin-sign-in.ts';
export { type OAuthCredential, type TokenPlace, createMemoryPlace } from './credential.ts';
export { type ClientDescription, type Registrations, clientMetadata } from './find-client.ts';
export {
  type IdentityProvider,
  type MachineClient,
  type MachineGrant,
  type SubjectTokenType,
  obtainForMachine,
} from './machine-grants.ts';
export type { OAuthClient, RegisteredClient } from './oauth-client.ts';
export { createMemoryRegistrations, obtainFromPerson } from './person.ts';
export type { PendingSignIn } from './sign-in.ts';
