import { ApiError, type ApiErrorCode } from './api-error.ts';
import { ToolServerFailure } from './ports.ts';

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
  return new ApiError(API_CODES[error.code] ?? 'tool_server_unreachable', error.message, { cause: error });
}
