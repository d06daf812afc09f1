import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../core/api-error.ts';
import { isTooDeep, MAX_DEPTH } from '../core/nesting.ts';

/** Bodies are JSON, or nothing: some clients name the type also where they send none, on a DELETE for one. */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    if (bytes.length === 0) return done(null);
    if (!isUtf8(bytes)) return done(notUtf8());
    const text = bytes.toString('utf8');
    return parse(request, text, (error, value) => {
      if (error) done(isJson(text) ? forbiddenKey() : error);
      else if (isTooDeep(value)) done(tooDeep());
      else done(null, value);
    });
  });
}

/** Read as something else, a message would be stored with other letters than were sent. */
function notUtf8(): ApiError {
  return new ApiError('invalid_request', 'The body is not valid UTF-8.');
}

/** What the parser refuses although it is JSON: keys that would change how objects work. */
function forbiddenKey(): ApiError {
  return new ApiError(
    'invalid_request',
    'The body has a key __proto__ or constructor.prototype, which is not accepted.',
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function tooDeep(): ApiError {
  return new ApiError(
    'invalid_request',
    `The body has more than ${MAX_DEPTH} levels of lists and objects in one another.`,
  );
}
