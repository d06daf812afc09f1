export { createOAuth } from './create-oauth.ts';
export type { OAuthOptions } from './create-oauth.ts';
export type { ImpliedScopes } from './to-caller.ts';
