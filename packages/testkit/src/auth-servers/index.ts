export { type GuardOptions, createGuard } from './guard.ts';
export { type AuthServer, type AuthServerOptions, openAuthServer } from './open-auth-server.ts';
export { type IdentityProvider, openIdentityProvider } from './open-identity-provider.ts';
export { type DpopCheck, createDpopCheck } from './dpop-check.ts';
