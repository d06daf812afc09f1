import type { z } from 'zod';
import { toValidationDetail, type RequestPart, type ValidationDetail } from './validation-detail.ts';

/** What a request held, or what is wrong with it. */
export type ParsedRequest<T> = { ok: true; value: T } | { ok: false; detail: ValidationDetail[] };

/** Checks a part of a request against its shape. Problems are a value: bad input is expected. */
export function parseRequest<T extends z.ZodType>(
  schema: T,
  value: unknown,
  part: RequestPart,
): ParsedRequest<z.infer<T>> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, detail: toValidationDetail(parsed.error, part) };
}
