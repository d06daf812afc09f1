import { EgressError } from './egress-error.ts';
import { parseTargetUrl } from './target-url.ts';

const MAX_REDIRECTS = 5;

type Body = NonNullable<RequestInit['body']> | null;

/** A request as it is sent on one hop. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Body;
}

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Headers that describe a body; they must not stay when a redirect drops the body (Fetch, HTTP-redirect fetch). */
const BODY_HEADERS = [
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
];

/**
 * The next hop of a redirect, or undefined where the answer is final. Only the same origin is followed: the
 * request carries credentials that were meant for that origin.
 * @throws EgressError `redirect_refused`, `invalid_url`
 */
export function nextHop(
  hop: Hop,
  response: Response,
  followed: number,
  mode: RequestInit['redirect'],
): Hop | undefined {
  const location = response.headers.get('location');
  if (!REDIRECT_STATUSES.has(response.status) || location === null || mode === 'manual') return undefined;
  const { origin } = hop.url;
  if (mode === 'error')
    throw refused(hop, `${origin} answered with a redirect, which this request does not follow.`);
  if (!URL.canParse(location, hop.url.href))
    throw refused(hop, `${origin} redirected to something that is not a URL.`);
  const to = new URL(location, hop.url);
  if (to.origin !== origin) {
    throw refused(
      hop,
      `${origin} redirected to ${to.origin}. Redirects to another origin are not followed; use the final address instead.`,
    );
  }
  if (followed >= MAX_REDIRECTS) throw refused(hop, `${origin} redirected more than ${MAX_REDIRECTS} times.`);
  const { url } = parseTargetUrl(to);
  const becomesGet =
    response.status === 303
      ? hop.method !== 'GET' && hop.method !== 'HEAD'
      : response.status < 303 && hop.method === 'POST';
  if (becomesGet) {
    const headers = new Headers(hop.headers);
    for (const name of BODY_HEADERS) headers.delete(name);
    return { url, method: 'GET', headers, body: null };
  }
  if (hop.body instanceof ReadableStream) {
    throw refused(hop, `${origin} redirected a request whose body was a stream and cannot be sent again.`);
  }
  return { ...hop, url };
}

/** A redirect is an answer, so the server has seen the request. */
function refused(hop: Hop, message: string): EgressError {
  return new EgressError('redirect_refused', message, { host: hop.url.hostname, sent: true });
}
