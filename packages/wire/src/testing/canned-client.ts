import { HTTPClient, Mistral } from '@mistralai/mistralai';

/** What the SDK put on the wire. */
export interface SentRequest {
  method: string;
  path: string;
  query: Record<string, string | string[]>;
  body: unknown;
}

/** The official client, answered with one canned response; nothing leaves the process. */
export function cannedClient(
  status: number,
  body: unknown,
  contentType = 'application/json',
): { client: Mistral; sent: SentRequest[] } {
  const sent: SentRequest[] = [];
  const httpClient = new HTTPClient({
    fetcher: async (input, init) => {
      const request = new Request(input, init);
      const url = new URL(request.url);
      const text = await request.text();
      sent.push({
        method: request.method,
        path: url.pathname,
        query: toQuery(url.searchParams),
        body: text === '' ? undefined : JSON.parse(text),
      });
      if (status === 204) return new Response(null, { status });
      const payload = typeof body === 'string' ? body : JSON.stringify(body);
      return new Response(payload, { status, headers: { 'content-type': contentType } });
    },
  });
  return { client: new Mistral({ serverURL: 'http://canned.invalid', apiKey: 'k', httpClient }), sent };
}

function toQuery(params: URLSearchParams): Record<string, string | string[]> {
  const keys = new Set(params.keys());
  return Object.fromEntries(
    [...keys].map(key => {
      const values = params.getAll(key);
      return [key, values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
}

/** Paths of everything the SDK did not understand: it marks such objects instead of failing. */
export function unknownParts(value: unknown, path = '$'): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('isUnknown' in value) return [path];
  return Object.entries(value).flatMap(([key, inner]) => unknownParts(inner, `${path}.${key}`));
}
