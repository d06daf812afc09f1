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
    // Some servers write null where there is nothing, such as structured content; the SDK then knows no result.
    const said = Object.fromEntries(Object.entries(message.result).filter(([, value]) => value !== null));
    // A server of the 2026 era that does not say so has completed its result (specification, results).
    const result = { ...(isModern ? { resultType: 'complete' } : {}), ...said };
    if (Array.isArray(content)) return { ...message, result: { ...result, content: toKnownBlocks(content) } };
    if (!Array.isArray(tools)) return { ...message, result };
    exchange.items = tools;
    return { ...message, result: { ...result, tools: [] } };
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the transport is no event target
  transport.onmessage = message => deliver?.(sift(message));
}
