import type { AuthInfo } from '../call-context.ts';
import type { RequestMeta } from '../request-meta.ts';
import type { HttpRequest } from './http-message.ts';

/** Only a plain id is taken from a caller: it goes into log lines. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

export function toRequestMeta({ header, id, signal }: HttpRequest, auth: AuthInfo | undefined): RequestMeta {
  const given = header('x-request-id');
  return {
    signal,
    requestId: given !== undefined && REQUEST_ID.test(given) ? given : id,
    header,
    ...(auth && { auth }),
  };
}
