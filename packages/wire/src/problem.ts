import type { z } from 'zod';
import { NOT_AN_INTEGER } from './scalars.ts';

/** What is wrong, without the place. */
export interface Problem {
  msg: string;
  /** The problem's name, as pydantic names it: clients compare it. */
  type: string;
  ctx?: Record<string, unknown>;
}

type Issue = z.core.$ZodIssue;

/** Whether the value is not there at all; without `reportInput` only the message tells. */
export function isMissing(issue: Issue): boolean {
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

/** The name and the sentence of one problem that is not about a union. */
export function toProblem(issue: Issue): Problem {
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

/** Values as a person would list them. */
export function quoted(values: readonly unknown[], separator: string): string {
  return values
    .filter(value => value !== undefined && value !== null)
    .map(value => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value)))
    .join(separator);
}
