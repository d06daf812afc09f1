import { z } from 'zod';
import type { ValidationDetail } from './validation-detail.ts';

export const validationDetailSchema = z.strictObject({
  loc: z.array(z.union([z.string(), z.int()])),
  msg: z.string(),
  type: z.string(),
  input: z.unknown().optional(),
  ctx: z.record(z.string(), z.unknown()).optional(),
});

/** The body of every error but 401. */
export const errorBodySchema = z.strictObject({
  object: z.literal('error'),
  message: z.string(),
  type: z.string(),
  param: z.string().nullable(),
  code: z.string().nullable(),
  raw_status_code: z.int(),
  detail: z.array(validationDetailSchema).optional(),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

/** What an error body is made of. `code` is the provider's number, as text; `param` the key that is wrong. */
export interface ErrorFacts {
  status: number;
  type: string;
  message: string;
  code?: string | null;
  param?: string | null;
  /** Only with 422. The SDKs take `detail` apart there, and fail on anything but a list of problems. */
  detail?: ValidationDetail[];
}

/** The error body that suits every parser: the general shape, and on 422 the list of problems beside it. */
export function toErrorBody(facts: ErrorFacts): ErrorBody {
  return {
    object: 'error',
    message: facts.message,
    type: facts.type,
    param: facts.param ?? null,
    code: facts.code ?? null,
    raw_status_code: facts.status,
    ...(facts.detail === undefined ? {} : { detail: facts.detail }),
  };
}

/** How many problems the one-line message of a 422 spells out. */
const MESSAGE_PROBLEMS = 3;

/** The body of a 422: a message made of the first problems, and all of them in `detail`. */
export function toValidationErrorBody(detail: ValidationDetail[]): ErrorBody {
  const shown = detail.slice(0, MESSAGE_PROBLEMS).map(({ loc, msg }) => `${loc.join('.')}: ${msg}`);
  const more = detail.length - shown.length;
  const message = shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
  return toErrorBody({ status: 422, type: 'invalid_request_error', message, detail });
}

export const unauthorizedBodySchema = z.strictObject({ detail: z.string() });
export type UnauthorizedBody = z.infer<typeof unauthorizedBodySchema>;

/** The body of a 401. */
export function toUnauthorizedBody(): UnauthorizedBody {
  return { detail: 'Unauthorized' };
}
