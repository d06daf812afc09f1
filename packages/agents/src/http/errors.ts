import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import {
  parseRequest,
  toErrorBody,
  toValidationErrorBody,
  type ErrorBody,
  type RequestPart,
  type ValidationDetail,
} from '@tramontane/wire';
import type { z } from 'zod';
import { ApiError, type ApiErrorCode } from '../core/api-error.ts';
import { keyFingerprintOf } from './caller.ts';

// The one place where errors become statuses and bodies. Shapes: API reference, errors.

interface Facts {
  readonly status: number;
  readonly type: string;
  /** The provider's number for the same mistake, where it has one. */
  readonly code?: string;
}

const FACTS: Readonly<Record<ApiErrorCode, Facts>> = {
  invalid_request: { status: 400, type: 'invalid_request_error' },
  invalid_model: { status: 400, type: 'invalid_model', code: '1500' },
  calls_open: { status: 400, type: 'invalid_request_error', code: '3230' },
  tool_not_installed: { status: 400, type: 'tool_not_installed' },
  not_supported: { status: 400, type: 'not_supported' },
  guardrail_blocked: { status: 403, type: 'guardrail_blocked' },
  guardrail_failed: { status: 403, type: 'guardrail_failed' },
  validation: { status: 422, type: 'invalid_request_error' },
  not_found: { status: 404, type: 'not_found' },
  forbidden: { status: 403, type: 'forbidden' },
  other_arguments: { status: 422, type: 'invalid_request_error' },
  still_running: { status: 409, type: 'still_running' },
  lost: { status: 409, type: 'lost' },
  conflict: { status: 409, type: 'conflict' },
  tool_server_refused: { status: 403, type: 'tool_server_refused' },
  sign_in_required: { status: 403, type: 'sign_in_required' },
  authorization_failed: { status: 502, type: 'authorization_failed' },
  tool_changed: { status: 403, type: 'tool_changed' },
  tool_server_unreachable: { status: 502, type: 'tool_server_unreachable' },
  tool_server_timed_out: { status: 504, type: 'tool_server_timed_out' },
  model_failed: { status: 502, type: 'model_failed' },
  run_cancelled: { status: 409, type: 'run_cancelled' },
  database_away: { status: 503, type: 'database_away' },
  stopping: { status: 503, type: 'stopping' },
};

/** A vendor's statuses that say the same about a request to us. */
const PASSED_ON = new Map<number, Facts>([
  [400, { status: 400, type: 'invalid_request_error' }],
  [422, { status: 400, type: 'invalid_request_error' }],
  [429, { status: 429, type: 'rate_limited', code: '1300' }],
]);

/** Wrong fields of a request. */
class RequestProblem extends Error {
  readonly detail: ValidationDetail[];

  constructor(detail: ValidationDetail[]) {
    super('The request has fields of the wrong shape.');
    this.name = 'RequestProblem';
    this.detail = detail;
  }
}

/** The part of a request in its shape, or a 422 that names what is wrong. */
export function read<T extends z.ZodType>(schema: T, value: unknown, part: RequestPart): z.infer<T> {
  const parsed = parseRequest(schema, value, part);
  if (!parsed.ok) throw new RequestProblem(parsed.detail);
  return parsed.value;
}

export function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const body = toBody(error);
  if (body.raw_status_code >= 500) {
    // What a tool server or a model's vendor did is expected to happen; what we did is not.
    const key = keyFingerprintOf(request);
    if (error instanceof ApiError)
      request.log.warn(
        { code: error.code, key, ...(error.cause !== undefined && { err: error.cause }) },
        error.message,
      );
    else request.log.error({ err: error, key }, 'request failed');
  }
  if (body.raw_status_code === 429 || body.raw_status_code === 503) {
    const seconds = error instanceof ApiError ? error.retryAfterSeconds : undefined;
    reply.header('retry-after', String(seconds ?? 1));
  }
  reply.code(body.raw_status_code).send(body);
}

export function toBody(error: unknown): ErrorBody {
  if (error instanceof RequestProblem) return toValidationErrorBody(error.detail);
  if (error instanceof ApiError) return ofApiError(error);
  const status = statusOf(error);
  if (status !== undefined && status < 500) {
    const said = error instanceof Error ? error.message : 'The request cannot be read.';
    // Fastify's own words leave out what would be supported.
    const message = status === 415 ? `${said}. Send JSON, with content-type: application/json.` : said;
    return toErrorBody({ status, type: 'invalid_request_error', message });
  }
  const message =
    'The server failed to carry out this request. Its log says why; the request id is in x-request-id.';
  return toErrorBody({ status: 500, type: 'server_error', message });
}

function ofApiError(error: ApiError): ErrorBody {
  if (error.detail) {
    return toValidationErrorBody(error.detail.map(({ loc, msg, type }) => ({ loc: [...loc], msg, type })));
  }
  const upstream = error.upstreamStatus === undefined ? undefined : PASSED_ON.get(error.upstreamStatus);
  const { status, type, code } = upstream ?? FACTS[error.code];
  return toErrorBody({
    status,
    type,
    message: error.message,
    code: code ?? null,
    param: error.param ?? null,
  });
}

/** Fastify's own errors carry the status of a broken body, a wrong content type, a body too large. */
function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}
