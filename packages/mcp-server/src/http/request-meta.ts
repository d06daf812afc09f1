import type { AuthInfo } from '../call-context.ts';
import type { RequestMeta } from '../request-meta.ts';
import type { HttpRequest } from './http-message.ts';

/** Only a plain id is taken from a caller: it goes into log lines. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** What the engine may send beside the reply. */
type Streaming = Pick<RequestMeta, 'notify' | 'ending'>;

export function toRequestMeta(
  request: HttpRequest,
  auth: AuthInfo | undefined,
  streaming: Streaming = {},
): RequestMeta {
  return new HttpRequestMeta(request, auth, streaming);
}

/** Not a plain object: copying the request's signal would make it, for handlers that do not look at it. */
class HttpRequestMeta implements RequestMeta {
  readonly requestId: string;
  readonly header: (name: string) => string | undefined;
  readonly auth?: AuthInfo;
  readonly notify?: (json: string) => void;
  readonly ending?: AbortSignal;
  readonly #request: HttpRequest;

  constructor(request: HttpRequest, auth: AuthInfo | undefined, { notify, ending }: Streaming) {
    const given = request.header('x-request-id');
    this.requestId = given !== undefined && REQUEST_ID.test(given) ? given : request.id;
    this.header = request.header;
    if (auth) this.auth = auth;
    if (notify) this.notify = notify;
    if (ending) this.ending = ending;
    this.#request = request;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  get aborted(): boolean {
    return this.#request.aborted ?? this.#request.signal.aborted;
  }
}
