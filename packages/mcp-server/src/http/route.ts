import type { Visit } from '@tramontane/guards';
import { json, type HttpAnswer, type HttpRequest } from './http-message.ts';

/** Answers one method at one path. `visit`: what the guards know of the request. */
export type Endpoint = (request: HttpRequest, visit: Visit) => HttpAnswer | Promise<HttpAnswer>;

export interface Route {
  readonly path: string;
  /** By method; any other is answered 405. */
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  /** Open to everyone, from everywhere; no guard hears of it. */
  readonly open?: true;
  /** On every answer to those who were let in. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every body of this server is JSON; anything else is not even read. */
export function refuseType(request: HttpRequest): HttpAnswer | undefined {
  const given = request.header('content-type');
  if (given === 'application/json') return undefined;
  const [type = ''] = (given ?? '').split(';');
  return type.trim().toLowerCase() === 'application/json'
    ? undefined
    : json(415, { detail: 'Send the body as application/json.' });
}
