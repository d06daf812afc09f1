import { isRecord } from './records.ts';
import { StartError } from './start-error.ts';

/** Requests to our own Agents API as any client would make them: over HTTP, with a key. */
export interface ApiClient {
  /**
   * Sends one request and gives the parsed answer. Throws StartError `demo_refused` for an error status and
   * `demo_unanswered` when nothing came within the limit.
   */
  request(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<ApiAnswer>;
}

export interface ApiAnswer {
  readonly body: unknown;
  readonly headers: Headers;
}

/** The longest a demo conversation may take: a big model on a slow machine, with tool calls. */
const LIMIT_MS = 180_000;

export function createApiClient(options: { url: string; key: string; signal: AbortSignal }): ApiClient {
  return {
    async request(method, path, body) {
      const asked = `${method} ${path.split('?')[0] ?? path}`;
      const signal = AbortSignal.any([options.signal, AbortSignal.timeout(LIMIT_MS)]);
      try {
        const response = await fetch(new URL(path, options.url), {
          method,
          signal,
          headers: {
            authorization: `Bearer ${options.key}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        if (!response.ok)
          throw new StartError('demo_refused', `${asked} was answered ${response.status}: ${toReason(text)}`);
        return { body: text === '' ? undefined : (JSON.parse(text) as unknown), headers: response.headers };
      } catch (error) {
        if (error instanceof StartError || options.signal.aborted) throw error;
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new StartError('demo_unanswered', `${asked} got no answer: ${why}`, { cause: error });
      }
    },
  };
}

/** The sentence of an error body, or its beginning when it has another form. */
function toReason(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (isRecord(body)) {
      if (typeof body['message'] === 'string') return body['message'];
      if (body['detail'] !== undefined)
        return typeof body['detail'] === 'string'
          ? body['detail']
          : JSON.stringify(body['detail']).slice(0, 300);
    }
  } catch {
    // Not JSON: shown as it came.
  }
  return text.slice(0, 300);
}
