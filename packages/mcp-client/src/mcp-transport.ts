import {
  INTERNAL_ERROR,
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { toKnownBlocks } from './content-blocks.ts';
import { EXCHANGE_HEADER, type Exchanges } from './exchanges.ts';
import { isRecord } from './json.ts';

/** The SDK lets a request wait for its time limit when the event stream of its answer ends early; here it is told. */
export class WatchedTransport extends StreamableHTTPClientTransport {
  private readonly exchanges: Exchanges;

  constructor(url: URL, exchanges: Exchanges) {
    // Redirects are the egress's business: same origin only, each hop checked.
    super(url, { fetch: exchanges.fetch, redirectPolicy: 'follow' });
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

/**
 * Take what may be odd out of results before the SDK sees them, because it checks a whole result against its own
 * schema: one bad definition of a list of tools, or one unknown block of a tool's content, would cost all others.
 */
export function siftResults(transport: WatchedTransport, exchanges: Exchanges, isModern: boolean): void {
  const deliver = transport.onmessage;
  const sift = (message: JSONRPCMessage): JSONRPCMessage => {
    if ('method' in message) return message;
    const exchange = exchanges.findByMessage(message.id);
    exchange?.answered();
    if (exchange === undefined || !('result' in message) || !isRecord(message.result)) return message;
    const { tools, content } = message.result;
    // A server of the 2026 era that does not say so has completed its result (specification, results).
    const result = { ...(isModern ? { resultType: 'complete' } : {}), ...message.result };
    if (Array.isArray(content)) return { ...message, result: { ...result, content: toKnownBlocks(content) } };
    if (!Array.isArray(tools)) return { ...message, result };
    exchange.items = tools;
    return { ...message, result: { ...result, tools: [] } };
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the transport is no event target
  transport.onmessage = message => deliver?.(sift(message));
}
