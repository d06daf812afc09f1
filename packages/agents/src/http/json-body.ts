import type { FastifyInstance } from 'fastify';
import { ApiError } from '../core/api-error.ts';

/** Levels of lists and objects in a body. Deeper ones overflow the stack of whoever walks them, PostgreSQL included. */
const MAX_DEPTH = 200;

/** Bodies are JSON, or nothing: some clients name the type also where they send none, on a DELETE for one. */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null);
    return parse(request, body, (error, value) => {
      if (error) done(error);
      else if (isDeeperThan(value, MAX_DEPTH)) done(tooDeep());
      else done(null, value);
    });
  });
}

/** Level by level, since a function that calls itself is what such a body is made to break. */
function isDeeperThan(value: unknown, depth: number): boolean {
  let level: unknown[] = [value];
  for (let n = 0; level.length > 0; n += 1) {
    if (n > depth) return true;
    level = level.flatMap(item => (isNested(item) ? Object.values(item).filter(isNested) : []));
  }
  return false;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function tooDeep(): ApiError {
  return new ApiError(
    'invalid_request',
    `The body has more than ${MAX_DEPTH} levels of lists and objects in one another.`,
  );
}
