import type { z } from 'zod';
import { isMissing, quoted, toProblem, type Problem } from './problem.ts';
import { isSecretKey } from './secret-keys.ts';

/** One problem of a request, in the form the official SDKs read (`HTTPValidationError`). */
export interface ValidationDetail extends Problem {
  /** Where: the part of the request, then keys and positions. */
  loc: (string | number)[];
  /** What stood there. Left out when it is long, or could be secret. */
  input?: string | number | boolean | null;
}

/** The part of a request a problem is in. */
export type RequestPart = 'body' | 'query' | 'path';

type Issue = z.core.$ZodIssue;

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
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_value') return typeof issue.input === 'object';
  return issue.code === 'invalid_type';
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
