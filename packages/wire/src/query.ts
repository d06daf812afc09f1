import { z } from 'zod';

// Query values arrive as text, a repeated key as a list. These shapes turn text into values and name the problem
// the way the provider's API does. Each ends in a plain shape, which is what its documentation is made from.

/** A whole number in a query. */
export function queryInt(limits: { min?: number; max?: number } = {}) {
  return z
    .union([z.int(), z.string()])
    .transform((value, ctx) => {
      if (typeof value === 'number') return value;
      if (!/^[+-]?\d+$/.test(value)) {
        return fail(
          ctx,
          value,
          'int_parsing',
          'Input should be a valid integer, unable to parse string as an integer',
        );
      }
      const number = Number(value);
      return Number.isSafeInteger(number)
        ? number
        : fail(ctx, value, 'int_parsing_size', 'Input should be a smaller integer');
    })
    .pipe(
      z
        .int()
        .min(limits.min ?? Number.MIN_SAFE_INTEGER)
        .max(limits.max ?? Number.MAX_SAFE_INTEGER),
    );
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  '1': true,
  yes: true,
  y: true,
  on: true,
  false: false,
  f: false,
  '0': false,
  no: false,
  n: false,
  off: false,
};

/** A truth value in a query. */
export const queryBoolean = z
  .union([z.boolean(), z.string()])
  .transform((value, ctx) => {
    const parsed = typeof value === 'boolean' ? value : BOOLEANS[value.toLowerCase()];
    return (
      parsed ?? fail(ctx, value, 'bool_parsing', 'Input should be a valid boolean, unable to interpret input')
    );
  })
  .pipe(z.boolean());

/** A JSON object written into a query, or nothing. */
export const queryJsonObject = z
  .string()
  .transform((text, ctx): Record<string, unknown> => {
    const value = parseJson(text);
    if (value === undefined) return fail(ctx, text, 'json_invalid', 'Input should be valid JSON');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
    return fail(ctx, text, 'dict_type', 'Input should be a valid dictionary');
  })
  .pipe(z.record(z.string(), z.unknown()))
  .exactOptional();

/**
 * What the official Python SDK writes for a JSON object that its caller did not give, or gave as None (2.5.1: `agents.list`
 * and `conversations.list`).
 */
const NOT_GIVEN: readonly unknown[] = ['"~?~unset~?~sentinel~?~"', 'null'];

/** A number of an agent's version, or an alias. */
export const queryAgentVersion = z
  .union([z.int().min(0), z.string().min(1)])
  .transform(value => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value))
  .pipe(z.union([z.int().min(0), z.string().min(1)]));

/** A key that may be repeated. */
export function queryList<T extends z.ZodType>(item: T) {
  return z.preprocess((value: unknown) => (Array.isArray(value) ? value : [value]), z.array(item));
}

/**
 * The shape of a whole query. Unknown keys are ignored; of a repeated key that takes one value the last counts.
 *
 * @param lists Keys that keep all their values.
 */
export function querySchema<S extends z.ZodRawShape>(shape: S, lists: readonly string[] = []) {
  return z.preprocess((value: unknown) => {
    if (value === undefined) return {};
    if (typeof value !== 'object' || value === null) return value;
    const last = Object.entries(value).map(
      ([key, item]: [string, unknown]) =>
        [key, Array.isArray(item) && !lists.includes(key) ? item.at(-1) : item] as const,
    );
    return Object.fromEntries(
      last.filter(([key, item]) => shape[key] !== queryJsonObject || !NOT_GIVEN.includes(item)),
    );
  }, z.object(shape));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fail(ctx: z.RefinementCtx, input: unknown, type: string, message: string): never {
  ctx.addIssue({ code: 'custom', message, input, params: { type } });
  return z.NEVER;
}
