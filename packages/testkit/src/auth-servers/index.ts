export { type GuardOptions, createGuard } from './guard.ts';
export { type AuthServer, type AuthServerOptions, openAuthServer } from './open-auth-server.ts';
