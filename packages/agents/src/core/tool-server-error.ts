import { ApiError, isDatabaseAway, type ApiErrorCode } from './api-error.ts';
import { ToolServerFailure } from './tool-servers.ts';

const API_CODES: Partial<Record<ToolServerFailure['code'], ApiErrorCode>> = {
  refused: 'tool_server_refused',
  sign_in_required: 'sign_in_required',
  authorization_failed: 'authorization_failed',
  tool_changed: 'tool_changed',
  timed_out: 'tool_server_timed_out',
  invalid_target: 'invalid_request',
};

/** 401/403 of the tool server, its silence, and everything else that is no answer (API notes, direct tool call). */
export function toApiError(error: unknown): unknown {
  if (!(error instanceof ToolServerFailure)) return error;
  // The server was not asked, as what signs in to it could not be read: nothing is wrong with it.
  const away = error.mayHaveRun ? undefined : causesOf(error).find(isDatabaseAway);
  if (away) return away;
  return new ApiError(API_CODES[error.code] ?? 'tool_server_unreachable', error.message, { cause: error });
}

function causesOf(error: Error): readonly unknown[] {
  return error.cause instanceof Error ? [error.cause, ...causesOf(error.cause)] : [error.cause];
}
