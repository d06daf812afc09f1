export { createBearerCheck } from './bearer-check.ts';
export type { BearerCheck, BearerCheckOptions, BearerVerdict } from './bearer-check.ts';
export { GuardsError } from './guards-error.ts';
export type { GuardsErrorCode } from './guards-error.ts';
