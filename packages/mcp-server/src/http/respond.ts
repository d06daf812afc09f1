import type { Guards } from '@tramontane/guards';
import type { MaybePromise } from '../maybe-promise.ts';
import { json, type HttpAnswer, type HttpRequest } from './http-message.ts';

/** What goes onto every answer, whoever made it. Absent when the guards have nothing of it. */
export type Respond = (request: HttpRequest, answered: HttpAnswer) => MaybePromise<HttpAnswer>;

export function createRespond({ cors, headers, compress }: Guards): Respond | undefined {
  if (cors === undefined && headers === undefined && compress === undefined) return undefined;
  return (request, answered) => {
    const origin = request.header('origin');
    const whole = {
      ...answered,
      headers: { ...headers, ...answered.headers, ...cors?.toHeaders(origin) },
    };
    if (compress === undefined || typeof answered.body !== 'string') return whole;
    const compressing = compress(answered.body, request.header('accept-encoding'));
    return compressing === undefined ? whole : compressing.then(done => withBytes(whole, done));
  };
}

function withBytes(
  answered: HttpAnswer,
  done: { readonly encoding: string; readonly bytes: Uint8Array } | undefined,
): HttpAnswer {
  if (done === undefined) return answered;
  const { vary } = answered.headers;
  const headers = {
    ...answered.headers,
    'content-encoding': done.encoding,
    vary: vary === undefined ? 'Accept-Encoding' : `${vary}, Accept-Encoding`,
  };
  return { status: answered.status, headers, encoded: done.bytes };
}

/** What a browser asks before it sends a page's request; `undefined` for anything else. It carries no credentials. */
export function answerPreflight({ cors }: Guards, request: HttpRequest): HttpAnswer | undefined {
  if (cors === undefined || request.method !== 'OPTIONS') return undefined;
  if (request.header('access-control-request-method') === undefined) return undefined;
  const headers = cors.toPreflight(request.header);
  if (headers !== undefined) return { status: 204, headers };
  return json(403, { detail: 'Pages of this origin may not send such a request here.' });
}
