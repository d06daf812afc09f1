import type { Egress } from '@tramontane/egress';
import { SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { createParser } from 'eventsource-parser';
import { ConnectionError } from '../connection-error.ts';
import type { OpenTarget } from '../server-target.ts';
import { fetchAs } from '../target-fetch.ts';
import { MAX_MESSAGE_BYTES, type OpenChannel, type SendOptions } from './channel.ts';

/**
 * HTTP+SSE of protocol version 2024-11-05: messages come on a GET stream, whose first event names the address that
 * messages are POSTed to. The stream is the session: when it ends, the connection is over.
 */
export function sseChannel(egress: Egress, target: () => OpenTarget, url: URL): OpenChannel {
  return async ({ onMessage, onLost }, signal) => {
    const closed = new AbortController();
    const { origin, headers, timeoutMs } = target();
    const response = await fetchAs(egress, target(), url, {
      headers: { ...headers, accept: 'text/event-stream' },
      signal: AbortSignal.any([signal, closed.signal]),
      timeoutMs: Infinity,
      maxBodyBytes: Infinity,
    });
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || response.body === null || !type.startsWith('text/event-stream')) {
      await response.body?.cancel();
      throw new SdkHttpError(SdkErrorCode.ClientHttpFailedToOpenStream, 'There is no event stream.', {
        status: response.ok ? 406 : response.status,
        statusText: response.statusText,
      });
    }
    const endpoint = Promise.withResolvers<URL>();
    endpoint.promise.catch(() => undefined);
    const noEndpoint = (reason: string): void =>
      endpoint.reject(new ConnectionError('not_mcp_server', `${origin} ${reason}.`, { server: origin }));
    const timer = setTimeout(
      () => noEndpoint(`named no endpoint on its event stream within ${timeoutMs} ms`),
      timeoutMs,
    );
    const parser = createParser({
      maxBufferSize: MAX_MESSAGE_BYTES,
      onEvent: ({ event, data }) => {
        if (event === 'endpoint') {
          const named = URL.canParse(data, url.href) ? new URL(data, url) : undefined;
          // Messages carry the credentials of this origin.
          if (named?.origin === url.origin) endpoint.resolve(named);
          else noEndpoint('named an endpoint on another origin');
        } else if (event === undefined || event === 'message') onMessage(data);
      },
      onError: error => {
        if (error.type === 'max-buffer-size-exceeded') closed.abort(error);
      },
    });
    const reading = async (body: ReadableStream<Uint8Array>): Promise<void> => {
      const decoder = new TextDecoder();
      for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }));
    };
    void reading(response.body)
      .then(
        () => 'ended its event stream',
        () => 'broke its event stream off',
      )
      .then(reason => {
        noEndpoint(reason);
        if (!closed.signal.aborted || closed.signal.reason !== BY_US) onLost(reason);
      });
    try {
      const address = await endpoint.promise;
      return {
        send: (text, options) => post(egress, target(), address, text, options),
        async close() {
          closed.abort(BY_US);
        },
      };
    } catch (error) {
      closed.abort(BY_US);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

const BY_US = 'closed by this client';

async function post(
  egress: Egress,
  target: OpenTarget,
  address: URL,
  body: string,
  { signal, onSent }: SendOptions,
): Promise<void> {
  const response = await fetchAs(egress, target, address, {
    method: 'POST',
    headers: { ...target.headers, 'content-type': 'application/json' },
    body,
    timeoutMs: target.timeoutMs,
    onSent,
    ...(signal && { signal }),
  });
  const text = await response.text();
  if (response.ok) return;
  throw new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, 'The message was turned away.', {
    status: response.status,
    statusText: response.statusText,
    text,
  });
}
