import type { z } from 'zod';
import { NOT_AN_INTEGER } from './scalars.ts';
import { isSecretKey } from './secret-keys.ts';

/** One problem of a request, in the form the official SDKs read (`HTTPValidationError`). */
export interface ValidationDetail {
  /** Where: the part of the request, then keys and positions. */
  loc: (string | number)[];
  msg: string;
  /** The problem's name, as pydantic names it. */
  type: string;
  /** What stood there. Left out when it is long, or could be secret. */
  input?: string | number | boolean | null;
  ctx?: Record<string, unknown>;
}

/** The part of a request a problem is in. */
export type RequestPart = 'body' | 'query' | 'path';

type Issue = z.core.$ZodIssue;
type Problem = Pick<ValidationDetail, 'msg' | 'type' | 'ctx'>;

/** Enough for a caller to find every kind of mistake; a list of ten thousand bad items needs no more. */
const MAX_DETAILS = 100;
const MAX_INPUT_LENGTH = 100;

/**
 * Turns what a schema found into the API's own list of problems. Of a union only the branch that was meant is
 * reported. Parse with `reportInput: true`, as `parseRequest` does, or `input` is left out.
 */
export function toValidationDetail(error: z.ZodError, root: RequestPart): ValidationDetail[] {
  return error.issues.flatMap(issue => toDetails(issue, [root])).slice(0, MAX_DETAILS);
}

function toDetails(issue: Issue, base: readonly (string | number)[]): ValidationDetail[] {
  const loc = [...base, ...issue.path.map(toLocPart)];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({
      loc: [...loc, key],
      msg: 'Extra inputs are not permitted',
      type: 'extra_forbidden',
    }));
  }
  if (issue.code === 'invalid_union' && !isMissing(issue)) {
    const tag = toTagProblem(issue, isSecretPlace(loc));
    if (tag !== undefined) return [{ loc: loc.slice(0, -1), ...tag }];
    const meant = meantBranch(issue.errors);
    if (meant !== undefined) return meant.flatMap(inner => toDetails(inner, loc));
    return [withInput({ loc, ...toBranchesProblem(issue.errors) }, issue)];
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.flatMap(inner => toDetails(inner, loc));
  }
  return [withInput({ loc, ...toProblem(issue) }, issue)];
}

function toLocPart(part: PropertyKey): string | number {
  return typeof part === 'symbol' ? String(part) : part;
}

/** The problem of an object whose `type` is unknown or not there. */
function toTagProblem(issue: z.core.$ZodIssueInvalidUnion, secret: boolean): Problem | undefined {
  if (!('discriminator' in issue) || typeof issue.discriminator !== 'string') return undefined;
  const discriminator = `'${issue.discriminator}'`;
  const expected = 'options' in issue && Array.isArray(issue.options) ? quoted(issue.options, ', ') : '';
  const tag = tagOf(issue.input, issue.discriminator);
  if (tag === undefined) {
    return {
      type: 'union_tag_not_found',
      msg: `Unable to extract tag using discriminator ${discriminator}`,
      ctx: { discriminator },
    };
  }
  if (secret) {
    return {
      type: 'union_tag_invalid',
      msg: `Input tag found using ${discriminator} does not match any of the expected tags: ${expected}`,
      ctx: { discriminator, expected_tags: expected },
    };
  }
  return {
    type: 'union_tag_invalid',
    msg: `Input tag '${tag}' found using ${discriminator} does not match any of the expected tags: ${expected}`,
    ctx: { discriminator, tag, expected_tags: expected },
  };
}

function tagOf(input: unknown, key: string): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const tag: unknown = Object.getOwnPropertyDescriptor(input, key)?.value;
  return typeof tag === 'string' ? tag.slice(0, MAX_INPUT_LENGTH) : undefined;
}

/** The branch whose outer form fits the value, and of several the one with the fewest problems. */
function meantBranch(branches: readonly Issue[][]): Issue[] | undefined {
  return branches.filter(issues => !issues.some(isWrongForm)).sort((a, b) => a.length - b.length)[0];
}

function isWrongForm(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code === 'invalid_type';
}

/** No branch fits: name what each would have taken. */
function toBranchesProblem(branches: readonly Issue[][]): Problem {
  const problems = branches.flatMap(issues => issues.slice(0, 1).map(toProblem));
  const first = problems[0] ?? { type: 'value_error', msg: 'Input should be valid' };
  const forms = new Set(problems.map(problem => problem.msg.replace('Input should be ', '')));
  return { ...first, msg: `Input should be ${[...forms].join(' or ')}` };
}

function withInput(detail: ValidationDetail, issue: Issue): ValidationDetail {
  const input: unknown = issue.input;
  if (isSecretPlace(detail.loc)) return detail;
  if (typeof input === 'string' && input.length <= MAX_INPUT_LENGTH) return { ...detail, input };
  if (typeof input === 'number' || typeof input === 'boolean' || input === null) return { ...detail, input };
  return detail;
}

function isSecretPlace(loc: readonly (string | number)[]): boolean {
  return loc.some(part => typeof part === 'string' && isSecretKey(part));
}

function isMissing(issue: Issue): boolean {
  if ('input' in issue) return issue.input === undefined;
  return issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
}

const TYPE_PROBLEMS: Readonly<Record<string, Problem>> = {
  string: { type: 'string_type', msg: 'Input should be a valid string' },
  number: { type: 'float_type', msg: 'Input should be a valid number' },
  boolean: { type: 'bool_type', msg: 'Input should be a valid boolean' },
  array: { type: 'list_type', msg: 'Input should be a valid list' },
  object: { type: 'model_attributes_type', msg: 'Input should be a valid object' },
  record: { type: 'dict_type', msg: 'Input should be a valid object' },
};

const FORMAT_PROBLEMS: Readonly<Record<string, Problem>> = {
  datetime: { type: 'datetime_from_date_parsing', msg: 'Input should be an RFC 3339 time with an offset' },
  uuid: { type: 'uuid_parsing', msg: 'Input should be a valid UUID' },
  url: { type: 'url_parsing', msg: 'Input should be a valid URL' },
};

function toProblem(issue: Issue): Problem {
  if (isMissing(issue)) return { type: 'missing', msg: 'Field required' };
  switch (issue.code) {
    case 'invalid_type':
      return toTypeProblem(issue);
    case 'invalid_value': {
      const expected = quoted(issue.values, ' or ');
      return { type: 'literal_error', msg: `Input should be ${expected}`, ctx: { expected } };
    }
    case 'too_small':
    case 'too_big':
      return toBoundProblem(issue);
    case 'invalid_format': {
      const known = FORMAT_PROBLEMS[issue.format];
      if (known !== undefined) return known;
      const pattern = issue.pattern?.replace(/^\/(.*)\/[a-z]*$/s, '$1') ?? '';
      const msg = issue.message.startsWith('Input should')
        ? issue.message
        : `String should match pattern '${pattern}'`;
      return { type: 'string_pattern_mismatch', msg, ctx: { pattern } };
    }
    case 'custom': {
      const type: unknown = issue.params?.['type'];
      return { type: typeof type === 'string' ? type : 'value_error', msg: issue.message };
    }
    case 'not_multiple_of':
      return { type: 'multiple_of', msg: `Input should be a multiple of ${issue.divisor}` };
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'unrecognized_keys':
      return { type: 'value_error', msg: 'Input should be valid' };
  }
}

function toTypeProblem(issue: z.core.$ZodIssueInvalidType): Problem {
  if (issue.expected === 'int') {
    return {
      type: 'int_from_float',
      msg: 'Input should be a valid integer, got a number with a fractional part',
    };
  }
  if (issue.message === NOT_AN_INTEGER) return { type: 'int_type', msg: NOT_AN_INTEGER };
  return (
    TYPE_PROBLEMS[issue.expected] ?? { type: 'value_error', msg: `Input should be a valid ${issue.expected}` }
  );
}

function toBoundProblem(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): Problem {
  const low = issue.code === 'too_small';
  const limit = Number(low ? issue.minimum : issue.maximum);
  if (issue.origin === 'string') {
    return low
      ? {
          type: 'string_too_short',
          msg: `String should have at least ${plural(limit, 'character')}`,
          ctx: { min_length: limit },
        }
      : {
          type: 'string_too_long',
          msg: `String should have at most ${plural(limit, 'character')}`,
          ctx: { max_length: limit },
        };
  }
  if (issue.origin === 'array' || issue.origin === 'set' || issue.origin === 'map') {
    return low
      ? {
          type: 'too_short',
          msg: `List should have at least ${plural(limit, 'item')}`,
          ctx: { min_length: limit },
        }
      : {
          type: 'too_long',
          msg: `List should have at most ${plural(limit, 'item')}`,
          ctx: { max_length: limit },
        };
  }
  if (issue.inclusive === false) {
    return low
      ? { type: 'greater_than', msg: `Input should be greater than ${limit}`, ctx: { gt: limit } }
      : { type: 'less_than', msg: `Input should be less than ${limit}`, ctx: { lt: limit } };
  }
  return low
    ? {
        type: 'greater_than_equal',
        msg: `Input should be greater than or equal to ${limit}`,
        ctx: { ge: limit },
      }
    : { type: 'less_than_equal', msg: `Input should be less than or equal to ${limit}`, ctx: { le: limit } };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function quoted(values: readonly unknown[], separator: string): string {
  return values
    .filter(value => value !== undefined && value !== null)
    .map(value => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value)))
    .join(separator);
}
