import type { Json } from '../shapes.ts';
import type { Wire } from './open-wire.ts';
import type { Section } from './sections.ts';

/** One fact of the API that can be seen over plain HTTP: what to do, and what is then to be seen. */
export type WireCase = readonly [
  section: Section,
  fact: string,
  look: (wire: Wire) => Promise<unknown>,
  /** Compared as a part: what is not named here is not looked at. */
  sees: unknown,
];

/** One request, as it is. */
export function ask(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): WireCase[2] {
  return async wire => await wire.send(method, path, body, headers);
}

/** An error in the shape that all have but 401; `more` is part of the body. */
export function error(status: number, more: Json = {}): Json {
  return { status, body: { object: 'error', raw_status_code: status, ...more } };
}

/** A 422 that names this problem at this place. */
export function invalid(loc: readonly (string | number)[], type?: string): Json {
  return error(422, {
    type: 'invalid_request_error',
    detail: [{ loc, ...(type !== undefined && { type }) }],
  });
}
