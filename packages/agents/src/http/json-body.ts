import type { FastifyInstance } from 'fastify';
import { ApiError } from '../core/api-error.ts';
import { isTooDeep, MAX_DEPTH } from '../core/nesting.ts';

/** Bodies are JSON, or nothing: some clients name the type also where they send none, on a DELETE for one. */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null);
    return parse(request, body, (error, value) => {
      if (error) done(error);
      else if (isTooDeep(value)) done(tooDeep());
      else done(null, value);
    });
  });
}

function tooDeep(): ApiError {
  return new ApiError(
    'invalid_request',
    `The body has more than ${MAX_DEPTH} levels of lists and objects in one another.`,
  );
}
