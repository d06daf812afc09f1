export { START_ERRORS, StartError } from './start-error.ts';
export type { StartErrorCode } from './start-error.ts';
