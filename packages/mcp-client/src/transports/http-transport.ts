import { INTERNAL_ERROR, type FetchLike, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { EXCHANGE_HEADER, type Exchanges } from '../exchanges.ts';

/** A stream that broke is opened again for as long as the connection is used; the server's own `retry` goes before. */
const RECONNECTION = {
  initialReconnectionDelay: 250,
  maxReconnectionDelay: 15_000,
  reconnectionDelayGrowFactor: 2,
  maxRetries: 10_000,
};

/** The SDK lets a request wait for its time limit when the event stream of its answer ends early; here it is told. */
export class HttpTransport extends StreamableHTTPClientTransport {
  private readonly exchanges: Exchanges;

  constructor(url: URL, fetch: FetchLike, exchanges: Exchanges) {
    // Redirects are the egress's business: same origin only, each hop checked.
    super(url, { fetch, redirectPolicy: 'follow', reconnectionOptions: RECONNECTION });
    this.exchanges = exchanges;
  }

  override async send(
    ...[message, options = {}]: Parameters<StreamableHTTPClientTransport['send']>
  ): Promise<void> {
    const exchange = this.exchanges.find(options.headers?.[EXCHANGE_HEADER]);
    const id = !Array.isArray(message) && 'method' in message && 'id' in message ? message.id : undefined;
    if (exchange === undefined) {
      if (id === undefined || options.onRequestStreamEnd !== undefined) return super.send(message, options);
      return super.send(message, { ...options, onRequestStreamEnd: () => this.endHandshake(id) });
    }
    if (id !== undefined) exchange.leaves(id);
    const signals =
      options.requestSignal === undefined ? [exchange.signal] : [exchange.signal, options.requestSignal];
    return super.send(message, {
      ...options,
      requestSignal: AbortSignal.any(signals),
      onRequestStreamEnd: () => exchange.streamEnded(id),
    });
  }

  /** A request of the handshake belongs to no exchange, so it is ended in the protocol's own form. */
  private endHandshake(id: string | number): void {
    this.exchanges.hasLostHandshake = true;
    const error = { code: INTERNAL_ERROR, message: 'the stream of the answer ended without the answer' };
    this.onmessage?.({ jsonrpc: '2.0', id, error });
  }
}
