import {
  type JSONRPCMessage,
  type Transport,
  type TransportSendOptions,
  deserializeMessage,
} from '@modelcontextprotocol/client';
import { EXCHANGE_HEADER, type Exchanges } from '../exchanges.ts';
import type { Channel, OpenChannel } from './channel.ts';

/** A channel as the SDK wants it, with each request known to its exchange. */
export class ChannelTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  private readonly open: OpenChannel;
  private readonly exchanges: Exchanges;
  private readonly onLost: (reason: string) => void;
  private readonly opening = new AbortController();
  private channel: Channel | undefined;
  private isOver = false;
  private turn = Promise.resolve();

  constructor(open: OpenChannel, exchanges: Exchanges, onLost: (reason: string) => void) {
    this.open = open;
    this.onLost = onLost;
    this.exchanges = exchanges;
  }

  async start(): Promise<void> {
    try {
      const channel = await this.open(
        {
          onMessage: text => this.inTurn(() => this.take(text)),
          onLost: reason => this.inTurn(() => this.lose(reason)),
        },
        this.opening.signal,
      );
      // Closed or lost while it opened.
      if (this.isOver) await channel.close();
      else this.channel = channel;
    } catch (error) {
      this.exchanges.failedHandshake(error);
      throw error;
    }
  }

  async send(message: JSONRPCMessage, options: TransportSendOptions = {}): Promise<void> {
    const exchange = this.exchanges.find(options.headers?.[EXCHANGE_HEADER]);
    if (exchange !== undefined && 'method' in message && 'id' in message && message.id !== undefined)
      exchange.leaves(message.id);
    if (this.channel === undefined) throw new Error('The connection is not open.');
    const text = JSON.stringify(message);
    try {
      await this.channel.send(text, {
        ...(exchange && { signal: exchange.signal }),
        onSent: () => {
          if (exchange !== undefined) exchange.sent = true;
        },
      });
    } catch (error) {
      if (exchange === undefined) this.exchanges.failedHandshake(error);
      else exchange.failed(error);
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.opening.abort(new Error('The connection was closed.'));
    await this.channel?.close();
    this.onclose?.();
  }

  /**
   * The SDK acts on a notification one microtask after it came but on an answer at once: two that come in one piece would
   * change places, and the last progress of a call be dropped as that of a call unknown.
   */
  private inTurn(work: () => void): void {
    this.turn = this.turn.then(work).catch((error: unknown) => this.onerror?.(toError(error)));
  }

  private take(text: string): void {
    let message: JSONRPCMessage;
    try {
      message = deserializeMessage(text);
    } catch (error) {
      // Noise on the line, such as a program's log on its standard output. The next message may be one.
      this.onerror?.(toError(error));
      return;
    }
    this.onmessage?.(message);
  }

  private lose(reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.exchanges.lose(reason);
    this.onLost(reason);
    void this.channel?.close();
    this.onclose?.();
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
