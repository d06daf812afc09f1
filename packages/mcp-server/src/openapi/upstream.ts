import { EgressError, openEgress, type Egress } from '@tramontane/egress';
import { refuse } from '../definition/refuse.ts';
import { ToolError } from '../kit-error.ts';
import type { ApiAuth, ApiCredential, AuthParts } from './api-auth.ts';
import { createCredential } from './api-auth.ts';
import type { Method } from './api-operation.ts';

/** A request as an operation makes it: without a host, without credentials. */
export interface ApiRequest {
  readonly method: Method;
  /** Encoded, with `/` at its begin. */
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** The one API behind a gateway. Requests reach its origin, below its base path, and nothing else. */
export interface Upstream {
  send(
    request: ApiRequest,
    credentials: readonly ApiCredential[],
    signal: AbortSignal,
    timeoutMs: number,
  ): Promise<ApiResponse>;
  credential(auth: ApiAuth): ApiCredential;
  /** The path and query of a URL that the API gave, if it leads to the API itself. */
  within(link: string, from: string): Pick<ApiRequest, 'path' | 'query'> | undefined;
  close(): Promise<void>;
}

/** Of one answer on its way in. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** @throws KitError `definition_invalid` */
export function openUpstream(api: string, baseUrl: string, auths: readonly ApiAuth[]): Upstream {
  const base = toBase(`The API "${api}"`, baseUrl);
  const origins = [
    base,
    ...auths.flatMap(auth =>
      auth.type === 'oauth2' ? [toBase(`The token endpoint of "${api}"`, auth.tokenUrl)] : [],
    ),
  ];
  // Named by the operator, so also private ones are let through: these hosts and ports, no others.
  const egress: Egress = openEgress({
    allow: origins.map(url => ({
      kind: 'host',
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    })),
  });
  const prefix = base.pathname.replace(/\/$/, '');

  const sendOnce = async (
    request: ApiRequest,
    parts: readonly AuthParts[],
    signal: AbortSignal,
    timeoutMs: number,
  ): Promise<ApiResponse> => {
    const query = [...request.query, ...parts.flatMap(part => part.query)]
      .map(pair => pair.join('='))
      .join('&');
    const cookies = [...request.cookies, ...parts.flatMap(part => part.cookies)]
      .map(pair => pair.join('='))
      .join('; ');
    const url = new URL(`${base.origin}${prefix}${request.path}${query === '' ? '' : `?${query}`}`);
    // A dot segment, or whatever else a URL parser changes, would leave the operation's own path.
    if (url.origin !== base.origin || url.pathname !== `${prefix}${request.path}`)
      throw new ToolError('The arguments make a path that is not one of this API. Use plain identifiers.');
    const headers = {
      accept: 'application/json, */*;q=0.5',
      ...request.headers,
      ...(cookies !== '' && { cookie: cookies }),
      ...Object.assign({}, ...parts.map(part => part.headers)),
    } as Record<string, string>;
    const response = await egress.fetch(url, {
      method: request.method,
      headers,
      ...(request.body !== undefined && { body: request.body as string }),
      signal,
      timeoutMs,
      maxBodyBytes: MAX_ANSWER_BYTES,
    });
    return {
      status: response.status,
      headers: response.headers,
      bytes: new Uint8Array(await response.arrayBuffer()),
    };
  };

  return {
    send: async (request, credentials, signal, timeoutMs) => {
      const readParts = (): Promise<AuthParts[]> => Promise.all(credentials.map(one => one.parts(signal)));
      try {
        const response = await sendOnce(request, await readParts(), signal, timeoutMs);
        // Refused before anything was done, so it may go out once more.
        if (response.status !== 401 || !credentials.some(one => one.refused())) return response;
        return await sendOnce(request, await readParts(), signal, timeoutMs);
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof EgressError ? toToolError(api, request.method, error) : error;
      }
    },
    credential: auth => createCredential(api, auth, egress),
    within: (link, from) => {
      if (!URL.canParse(link, `${base.origin}${prefix}${from}`)) return undefined;
      const url = new URL(link, `${base.origin}${prefix}${from}`);
      if (url.origin !== base.origin || !`${url.pathname}/`.startsWith(`${prefix}/`)) return undefined;
      const query = url.search.slice(1).split('&').filter(Boolean);
      return {
        path: url.pathname.slice(prefix.length),
        query: query.map(pair => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')] as const),
      };
    },
    close: () => egress.close(),
  };
}

function toBase(subject: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.search !== '' ||
    url.hash !== ''
  )
    return refuse(
      subject,
      `has the address ${JSON.stringify(text)}. Give one with http:// or https://, without user, query and fragment.`,
    );
  return url;
}

function toToolError(api: string, method: Method, error: EgressError): ToolError {
  const isSafe = method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || error.data.sent === false;
  const unknown = isSafe ? '' : ' Whether it was done is not known: look before you try again.';
  if (error.code === 'timed_out')
    return new ToolError(`${api} did not answer in time.${unknown}`, { code: 'timed_out', cause: error });
  if (error.code === 'body_too_large')
    return new ToolError(
      `The answer of ${api} is too large. Ask for less: filter, or take a smaller page.${unknown}`,
      { cause: error },
    );
  if (error.code === 'redirect_refused')
    return new ToolError(`${api} sent the request elsewhere, which is not followed.${unknown}`, {
      cause: error,
    });
  return new ToolError(`${api} cannot be reached at the moment.${unknown}`, { cause: error });
}
