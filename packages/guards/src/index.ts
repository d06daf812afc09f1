export { createGuards } from './create-guards.ts';
export type { Guards, GuardsOptions } from './create-guards.ts';
export type {
  CallFailed,
  CallGuard,
  CallOutcome,
  EndedCall,
  Guard,
  GuardAnswer,
  GuardedCall,
  GuardedTool,
  GuardRoute,
  HttpCheck,
  Lasting,
  RunCall,
} from './guard.ts';
export type { Auth, AuthVerdict } from './auth.ts';
export { createBearerAuth } from './bearer-auth.ts';
export { createApiKeyAuth } from './api-key-auth.ts';
export type { ApiKeyOptions } from './api-key-auth.ts';
export { fingerprintToken } from './token-list.ts';
export { openOverloadGuard } from './overload.ts';
export type { OverloadOptions } from './overload.ts';
export type { Cors, CorsOptions } from './cors.ts';
export type { Compress, CompressionOptions } from './compression.ts';
export type { SecurityHeadersOptions } from './security-headers.ts';
export type { HealthOptions } from './readiness.ts';
export type { NetworkOptions } from './network.ts';
export { parseGuardSettings } from './guard-settings.ts';
export type { GuardSettings } from './guard-settings.ts';
export type { AcceptedToken, TokenEntry } from './token-list.ts';
export { missingScopes } from './caller.ts';
export type { Caller } from './caller.ts';
export { isPlainRequestId } from './request-id.ts';
export { Visit } from './visit.ts';
export type { Arrival, HeaderLookup, RefusedBy, Refusal } from './visit.ts';
export { andThen } from './maybe-promise.ts';
export type { MaybePromise } from './maybe-promise.ts';
export { GuardsError } from './guards-error.ts';
export type { GuardsErrorCode } from './guards-error.ts';
export type { Log } from './log.ts';
export { createAudit } from './observe/audit.ts';
export type { AuditOptions, AuditSink } from './observe/audit.ts';
export { createCallLog } from './observe/call-log.ts';
export type { CallLogOptions } from './observe/call-log.ts';
export { openAuditFile } from './observe/open-audit-file.ts';
export type { AuditFileOptions } from './observe/open-audit-file.ts';
export { openLogFile } from './observe/open-log-file.ts';
export type { LogFileOptions } from './observe/open-log-file.ts';
export type { LineFile } from './observe/open-line-file.ts';
export { createRedaction } from './observe/redaction.ts';
export type { Redaction, RedactionOptions } from './observe/redaction.ts';
