import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { toKnownBlocks } from './content-blocks.ts';
import type { Exchanges } from './exchanges.ts';
import { isRecord } from './json.ts';

/**
 * Take what may be odd out of results before the SDK sees them, because it checks a whole result against its own
 * schema: one bad definition of a list of tools, or one unknown block of a tool's content, would cost all others.
 */
export function siftResults(transport: Transport, exchanges: Exchanges, isModern: boolean): void {
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
