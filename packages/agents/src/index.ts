export { openApiKeys, type OpenedApiKeys } from './api-keys.ts';
export { startServer, type RunningServer, type StartServerOptions } from './compose.ts';
export { ConfigError, readConfig, renderConfiguration, type Config } from './config.ts';
export { API_ERRORS, type ApiErrorCode } from './core/api-error.ts';
export type { ApiKey } from './core/api-key.ts';
export { KEY_SCOPES, OPERATOR, ROLES, type Caller } from './core/caller.ts';
export { openGeneratedKey, type GeneratedKey } from './generated-keys.ts';
export { STORE_ERROR_CODES, StoreError, type StoreErrorCode } from './store/store-error.ts';
export { openToolPins, type OpenedToolPins } from './tool-pins.ts';
