import { GuardsError } from './guards-error.ts';
import type { HeaderLookup } from './visit.ts';

export interface CorsOptions {
  /** Of the pages that may call, as in `https://api.mistral.ai`; `'*'` for all pages. Such pages then pass the Origin check too. */
  readonly origins: readonly string[];
  /** `GET` and `POST` unless given; add `DELETE` for clients that end their sessions. */
  readonly methods?: readonly string[];
  /** What pages may send; whatever they ask for unless given. */
  readonly headers?: readonly string[];
  /** Headers of answers that pages may read, beside those of MCP and of the guards. */
  readonly exposed?: readonly string[];
  /** Seconds that a browser need not ask again; 600 unless given. */
  readonly maxAgeSeconds?: number;
}

/** Cross-origin requests of browsers (Fetch standard, "CORS protocol"). */
export interface Cors {
  readonly allows: (origin: string | undefined) => boolean;
  /** Headers that let a page read the answer; none for a request that is no page's. */
  readonly toHeaders: (origin: string | undefined) => Readonly<Record<string, string>>;
  /** Headers of the answer to a preflight; `undefined` when the page may not send such a request. */
  readonly toPreflight: (header: HeaderLookup) => Readonly<Record<string, string>> | undefined;
}

/** What a client in a page has to read and browsers would hide. */
const EXPOSED = 'Mcp-Session-Id, WWW-Authenticate, Retry-After, X-Request-ID, Deprecation, Sunset, Link';
const HEADER_LIST = /^[\w!#$%&'*+.^`|~, -]{0,2048}$/;

/** @throws GuardsError `bad_option` for an origin that is none. */
export function createCors(options: CorsOptions): Cors {
  const { methods = ['GET', 'POST'], headers, exposed = [], maxAgeSeconds = 600 } = options;
  const readable = [EXPOSED, ...exposed].join(', ');
  const everyone = options.origins.includes('*');
  const origins = new Set(options.origins.filter(origin => origin !== '*').map(parseOrigin));
  const allows = (origin: string | undefined): boolean =>
    origin !== undefined && (everyone || origins.has(origin.toLowerCase()));
  const toHeaders = (origin: string | undefined): Readonly<Record<string, string>> => {
    // Caches must not give the answer without these headers to an allowed page.
    if (!allows(origin)) return { vary: 'Origin' };
    return {
      'access-control-allow-origin': everyone ? '*' : (origin ?? ''),
      'access-control-expose-headers': readable,
      vary: 'Origin',
    };
  };
  return {
    allows,
    toHeaders,
    toPreflight: header => {
      const origin = header('origin');
      const asked = header('access-control-request-headers') ?? '';
      const method = header('access-control-request-method') ?? '';
      if (!allows(origin) || !methods.includes(method) || !HEADER_LIST.test(asked)) return undefined;
      return {
        ...toHeaders(origin),
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
        'access-control-allow-methods': methods.join(', '),
        'access-control-allow-headers': headers?.join(', ') ?? asked,
        'access-control-max-age': String(maxAgeSeconds),
      };
    },
  };
}

function parseOrigin(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  if (origin !== 'null' && origin === text.toLowerCase()) return origin;
  throw new GuardsError(
    'bad_option',
    `cors.origins: ${JSON.stringify(text)} is no origin. Write it as https://host or https://host:port, without a path.`,
  );
}
