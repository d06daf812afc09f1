import { createExchange, type ExchangeOptions, type Served } from '../http/exchange.ts';
import { BodyTooLarge, type HttpAnswer, type HttpRequest, type StreamSink } from '../http/http-message.ts';

export interface FetchHandlerOptions extends ExchangeOptions {
  /** Ends streams and sessions, and aborts the calls in flight. */
  readonly signal?: AbortSignal;
}

/**
 * Serves a server, or versions of one, in whatever speaks the Fetch API: Bun, Deno, Hono, Next.js, edge runtimes. The
 * rules are those of `serveHttp`; a path that is not the server's is answered 404.
 *
 * ```ts
 * export const POST = toFetchHandler(server, { allowedHosts: ['mcp.example.com'] });
 * ```
 */
export function toFetchHandler(
  served: Served,
  options: FetchHandlerOptions = {},
): (request: Request) => Promise<Response> {
  const { signal, ...exchangeOptions } = options;
  const { answer, beginClose, close } = createExchange(served, exchangeOptions);
  signal?.addEventListener('abort', () => {
    beginClose();
    close();
  });
  return async request => {
    const call = new AbortController();
    const abort = (): void => call.abort();
    const parents = [request.signal, ...(signal ? [signal] : [])];
    for (const parent of parents) {
      if (parent.aborted) abort();
      parent.addEventListener('abort', abort);
    }
    const forget = (): void => parents.forEach(parent => parent.removeEventListener('abort', abort));
    const answered = await answer(toHttpRequest(request, call.signal));
    if (typeof answered?.body === 'function') return toStream(answered, abort, forget);
    forget();
    if (answered === undefined) return Response.json({ detail: 'Nothing is served here.' }, { status: 404 });
    const { status, headers, encoded, body = encoded } = answered;
    return new Response(
      request.method === 'HEAD' ? null : ((body ?? null) as ConstructorParameters<typeof Response>[0]),
      {
        status,
        headers,
      },
    );
  };
}

function toHttpRequest(request: Request, signal: AbortSignal): HttpRequest {
  const { headers, method, url } = request;
  const { pathname, host, searchParams } = new URL(url);
  return {
    method,
    path: pathname,
    // A Request made by hand has no Host; its URL says the same.
    header: name => headers.get(name) ?? (name === 'host' ? host : undefined),
    query: name => searchParams.get(name) ?? undefined,
    readBody: limit => readBody(request, limit),
    signal,
    id: crypto.randomUUID(),
  };
}

async function readBody(request: Request, limit: number): Promise<string> {
  if (Number(request.headers.get('content-length')) > limit) throw new BodyTooLarge();
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  if (request.body === null) return text;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest of the body.
    if (size > limit) throw new BodyTooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function toStream({ status, headers, body }: HttpAnswer, abort: () => void, forget: () => void): Response {
  const encoder = new TextEncoder();
  // Writing to a stream that is closed or cancelled throws.
  let open = true;
  const finish = (how: () => void): void => {
    if (!open) return;
    open = false;
    forget();
    how();
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      start: controller => {
        const sink: StreamSink = {
          write: text => {
            if (open) controller.enqueue(encoder.encode(text));
          },
          end: () => finish(() => controller.close()),
          cut: () =>
            finish(() => {
              abort();
              controller.error(new Error('The stream was not read.'));
            }),
          queued: () => -(controller.desiredSize ?? 0),
        };
        if (typeof body === 'function') body(sink);
      },
      cancel: () => finish(abort),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  );
  return new Response(stream, { status, headers });
}
