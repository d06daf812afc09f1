import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { $ZodAsyncError, safeParse, safeParseAsync, type $ZodIssue, type $ZodType } from 'zod/v4/core';
import { KitError } from '../kit-error.ts';
import type { JsonSchema, ToolSchema } from './define-tool.ts';
import { describeAjvErrors, describeZodIssues } from './describe-issues.ts';
import { isZodSchema, toPublishedSchema } from './published-schema.ts';
import { measureSchema } from './schema-cost.ts';
import { createTimeBox, type TimeBox } from './time-box.ts';

/** `problem` is a sentence part for the caller, as in `"query" must be a string, got a number`. */
export type Checked =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

/** A schema made ready once, at creation of the server. */
export interface CompiledSchema {
  /** What is published in tools/list. */
  readonly published: JsonSchema;
  /** Waits only if a zod schema has asynchronous refinements or transforms. */
  readonly check: (value: unknown) => Checked | Promise<Checked>;
}

/** Compiles the schemas of one server. */
export type SchemaCompiler = (schema: ToolSchema, direction: 'input' | 'output') => CompiledSchema;

const DEFAULT_DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const DRAFT_07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const DRAFT_2020_12 = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

// strict: false, because a published schema may hold keywords of others (x-mcp-header). Formats are annotations
// in 2020-12. ajv never fetches a $ref: one that is not in the schema itself fails the compilation.
// Not optimized: V8 does that as well, and ajv needs eight times as long for a schema of some thousand fields.
const AJV_OPTIONS = {
  strict: false,
  validateFormats: false,
  logger: false,
  code: { optimize: false },
} as const;

/** For one check of a schema that can take forever. Nothing else of the server runs meanwhile. */
const CHECK_MS = 500;

export function createSchemaCompiler(): SchemaCompiler {
  const timeBox = createTimeBox();
  // Made when first needed: a server of zod schemas needs neither.
  let ajv2020: Ajv2020 | undefined;
  let ajvDraft07: Ajv | undefined;
  return (schema, direction) => {
    if (isZodSchema(schema)) return compileZod(schema, direction);
    if ('_def' in schema && 'safeParse' in schema) {
      throw new KitError('definition_invalid', 'this is a schema of zod 3. Use zod 4, or a JSON Schema.');
    }
    // First: what comes next walks the schema by recursion.
    const limit = measureSchema(schema) === 'plain' ? undefined : timeBox;
    // ajv registers what has an $id; two tools may use the same one, so such a schema gets an ajv of its own.
    const named = JSON.stringify(schema).includes('"$id"');
    const dialect = schema['$schema'] ?? DEFAULT_DIALECT;
    if (typeof dialect === 'string' && DRAFT_2020_12.test(dialect)) {
      return compileJsonSchema(
        named ? new Ajv2020(AJV_OPTIONS) : (ajv2020 ??= new Ajv2020(AJV_OPTIONS)),
        schema,
        limit,
      );
    }
    if (typeof dialect === 'string' && DRAFT_07.test(dialect)) {
      return compileJsonSchema(
        named ? new Ajv(AJV_OPTIONS) : (ajvDraft07 ??= new Ajv(AJV_OPTIONS)),
        schema,
        limit,
      );
    }
    throw new KitError(
      'definition_invalid',
      `the JSON Schema dialect ${JSON.stringify(dialect)} is not supported. Use 2020-12 (the default) or draft-07.`,
    );
  };
}

function compileJsonSchema(
  ajv: Ajv | Ajv2020,
  schema: JsonSchema,
  timeBox: TimeBox | undefined,
): CompiledSchema {
  const validate = compileValidator(ajv, schema);
  const check = (value: unknown): Checked => {
    try {
      return validate(value)
        ? { ok: true, value }
        : { ok: false, problem: describeAjvErrors(validate.errors ?? [], value) };
    } catch (error) {
      return toTooDeep(error);
    }
  };
  if (timeBox === undefined) return { published: schema, check };
  return {
    published: schema,
    check: value => timeBox.run(() => check(value), CHECK_MS)?.value ?? TOO_SLOW,
  };
}

const TOO_SLOW: Checked = {
  ok: false,
  problem: 'the value takes too long to be checked against the schema. Send a smaller or simpler one',
};

/** A schema that refers to itself is checked by recursion, as deep as the value goes. */
function toTooDeep(error: unknown): Checked {
  // A refinement of zod may throw a RangeError for reasons of its own, which are faults of the server.
  if (!(error instanceof RangeError && error.message.includes('call stack'))) throw error;
  return { ok: false, problem: 'the value is nested too deeply to be checked' };
}

function compileValidator(ajv: Ajv | Ajv2020, schema: JsonSchema): ValidateFunction {
  try {
    return ajv.compile(schema as AnySchemaObject);
  } catch (cause) {
    if (cause instanceof RangeError) {
      const advice =
        'Give an object fewer fields, or take those that are alike together in "additionalProperties"';
      throw new KitError('definition_invalid', `its JSON Schema is too large to be compiled. ${advice}.`, {
        cause,
      });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KitError('definition_invalid', `its JSON Schema cannot be compiled: ${reason}.`, { cause });
  }
}

function compileZod(schema: $ZodType, direction: 'input' | 'output'): CompiledSchema {
  const published = toPublishedSchema(schema, direction);
  // A validator that waits makes safeParse throw; from then on this schema is checked the waiting way.
  let waits = false;
  const check = (value: unknown): Checked | Promise<Checked> => {
    if (!waits) {
      try {
        return toChecked(safeParse(schema, value), value);
      } catch (error) {
        if (!(error instanceof $ZodAsyncError)) return toTooDeep(error);
        waits = true;
      }
    }
    return safeParseAsync(schema, value).then(parsed => toChecked(parsed, value), toTooDeep);
  };
  return { published, check };
}

type Parsed = { success: true; data: unknown } | { success: false; error: { issues: readonly $ZodIssue[] } };

function toChecked(parsed: Parsed, value: unknown): Checked {
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, problem: describeZodIssues(parsed.error.issues, value) };
}
