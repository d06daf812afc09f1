import { ToolError } from '../kit-error.ts';
import { isJson } from './parse-document.ts';
import { readBody } from './shape-response.ts';
import type { ApiRequest, ApiResponse, Upstream } from './upstream.ts';

/** How an API goes on with a list. The gateway asks for the pages and puts their entries together. */
export type Pagination = {
  /** Pages for one call; 5 unless given. */
  readonly maxPages?: number;
  /** Where the entries are, as in `data.orders`; the body itself unless given. */
  readonly items?: string;
} & (
  | {
      /** The body says what to ask for next. */
      readonly type: 'cursor';
      readonly parameter: string;
      /** Where the cursor is in the body, as in `meta.next`. */
      readonly next: string;
    }
  | {
      /** Pages are numbered; an empty one is the end. */
      readonly type: 'page';
      readonly parameter: string;
      /** 1 unless given. */
      readonly first?: number;
    }
  /** `Link: <…>; rel="next"` (RFC 8288), within the API. */
  | { readonly type: 'link' }
);

const MAX_PAGES = 5;
const MAX_ENTRIES = 10_000;

/** The entries of all pages, and a sentence when there are more. */
export async function readPages(
  api: string,
  pagination: Pagination,
  first: ApiRequest,
  send: (request: ApiRequest) => Promise<ApiResponse>,
  upstream: Pick<Upstream, 'within'>,
): Promise<{ readonly items: readonly unknown[]; readonly note?: string }> {
  const { maxPages = MAX_PAGES } = pagination;
  const items: unknown[] = [];
  let request: ApiRequest | undefined = first;
  for (let page = 0; request !== undefined && page < maxPages && items.length < MAX_ENTRIES; page += 1) {
    const response = await send(request);
    const body = readBody(response);
    const found = pagination.items === undefined ? body : valueAt(body, pagination.items);
    if (!Array.isArray(found))
      throw new ToolError(`${api} answered without the list that was expected. Tell the operator.`);
    items.push(...(found as readonly unknown[]));
    request =
      found.length === 0 && pagination.type === 'page'
        ? undefined
        : nextRequest(pagination, request, response, body, page, upstream);
  }
  if (request === undefined) return { items };
  return {
    items,
    note: `These are the first ${items.length} entries; there are more. Filter to find the right ones.`,
  };
}

function nextRequest(
  pagination: Pagination,
  request: ApiRequest,
  response: ApiResponse,
  body: unknown,
  page: number,
  upstream: Pick<Upstream, 'within'>,
): ApiRequest | undefined {
  if (pagination.type === 'link') {
    const [, link] = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(response.headers.get('link') ?? '') ?? [];
    const next = link === undefined ? undefined : upstream.within(link, request.path);
    return next && { ...request, ...next };
  }
  if (pagination.type === 'page')
    return withQuery(request, pagination.parameter, String((pagination.first ?? 1) + page + 1));
  const cursor = valueAt(body, pagination.next);
  if ((typeof cursor !== 'string' && typeof cursor !== 'number') || cursor === '') return undefined;
  return withQuery(request, pagination.parameter, String(cursor));
}

function withQuery(request: ApiRequest, name: string, value: string): ApiRequest {
  const key = encodeURIComponent(name);
  return {
    ...request,
    query: [...request.query.filter(([other]) => other !== key), [key, encodeURIComponent(value)]],
  };
}

function valueAt(body: unknown, path: string): unknown {
  let current = body;
  for (const key of path.split('.'))
    current = isJson(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  return current;
}
