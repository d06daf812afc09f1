import type { Caller, Visit } from '@tramontane/guards';
import type { RequestMeta } from '../request-meta.ts';
import type { HttpRequest } from './http-message.ts';

/** What the engine may send beside the reply. */
type Streaming = Pick<RequestMeta, 'notify' | 'ending'>;

export function toRequestMeta(request: HttpRequest, visit: Visit, streaming: Streaming = {}): RequestMeta {
  return new HttpRequestMeta(request, visit, streaming);
}

/** Not a plain object: copying the request's signal would make it, for handlers that do not look at it. */
class HttpRequestMeta implements RequestMeta {
  readonly requestId: string;
  readonly header: (name: string) => string | undefined;
  readonly auth?: Caller;
  readonly visit: Visit;
  readonly notify?: (json: string) => void;
  readonly ending?: AbortSignal;
  readonly #request: HttpRequest;

  constructor(request: HttpRequest, visit: Visit, { notify, ending }: Streaming) {
    this.requestId = visit.requestId;
    this.visit = visit;
    this.header = request.header;
    if (visit.caller) this.auth = visit.caller;
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
