import type { Client } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { ConnectionError } from './connection-error.ts';
import type { CallOutcome, Dialect, Finding, RawListing } from './dialect.ts';
import { EXCHANGE_HEADER, type Exchange, type Exchanges } from './exchanges.ts';
import { keepListening } from './listening.ts';
import { readListing } from './read-listing.ts';
import { ExchangeFailure, toCallOutcome, toFailedRequest } from './mcp-failures.ts';
import { type McpDialectOptions, NET_MS } from './mcp-dialect-options.ts';
import type { ToolCall, ToolResult } from './tool-result.ts';
import { toUnreadable } from './unreadable-answer.ts';
import type { ChannelTransport } from './transports/channel-transport.ts';
import { HttpTransport } from './transports/http-transport.ts';

const GOODBYE_MS = 2_000;
const AnyResult = z.looseObject({});

export interface OpenedMcp extends McpDialectOptions {
  readonly transport: HttpTransport | ChannelTransport;
  readonly connection: Client;
  readonly exchanges: Exchanges;
  readonly closed: AbortController;
  readonly lost: Promise<string>;
}

type RequestLimits = Pick<
  NonNullable<Parameters<Client['callTool']>[1]>,
  'timeout' | 'signal' | 'headers' | 'onprogress'
>;

/** A connection whose handshake is done. */
export function createMcpDialect(opened: OpenedMcp): Dialect {
  const { connection: client, transport, exchanges, closed, target } = opened;
  const isModern = client.getProtocolEra() === 'modern';
  const session = transport instanceof HttpTransport ? transport.sessionId : undefined;
  const instructions = client.getInstructions();
  const server = client.getServerVersion();
  const protocolVersion = client.getNegotiatedProtocolVersion() ?? 'unknown';
  const finding: Finding = {
    form: 'mcp',
    url: opened.url,
    via: opened.via,
    era: isModern ? 'modern' : 'legacy',
    identity: JSON.stringify([server?.name, server?.version, protocolVersion]),
    foundAt: opened.now(),
  };
  let isListening = false;

  /** One request with its limits. The SDK's promise alone would wait for streams that have already ended. */
  async function exchanged<T>(
    signal: AbortSignal,
    work: (limits: RequestLimits, exchange: Exchange) => Promise<T>,
    cancelled?: (exchange: Exchange) => ConnectionError | undefined,
  ): Promise<T> {
    const { timeoutMs, totalMs } = target();
    const exchange = exchanges.open({ idleMs: timeoutMs, totalMs });
    try {
      const working = work(
        {
          // The SDK tells the server of an abort in the way of its era, whoever aborts.
          signal: AbortSignal.any([signal, exchange.deadline.signal]),
          timeout: totalMs + NET_MS,
          headers: { [EXCHANGE_HEADER]: exchange.id },
        },
        exchange,
      );
      // When the stream ends first, the SDK's promise ends later and unheard.
      working.catch(() => undefined);
      return await Promise.race([working, exchange.broken]);
    } catch (error) {
      if (signal.aborted) throw cancelled?.(exchange) ?? signal.reason;
      throw new ExchangeFailure(error, exchange);
    } finally {
      exchange.close();
    }
  }

  async function ask(
    method: string,
    params: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<{ result: Record<string, unknown>; items: readonly unknown[] | undefined }> {
    try {
      return await exchanged(signal, async (limits, exchange) => {
        const result = await client.request({ method, params }, AnyResult, limits);
        return { result, items: exchange.items };
      });
    } catch (error) {
      throw error instanceof ExchangeFailure ? toFailedRequest(error, target(), method, false) : error;
    }
  }

  function listen(): void {
    if (!isModern || isListening || client.getServerCapabilities()?.tools?.listChanged !== true) return;
    isListening = true;
    void keepListening({
      client,
      timeoutMs: () => target().timeoutMs + NET_MS,
      now: opened.now,
      signal: closed.signal,
      onGap: opened.onListChanged,
    });
  }

  return {
    name: isModern ? 'mcp-2026' : 'mcp-2025',
    via: opened.via,
    protocolVersion,
    ...(server === undefined ? {} : { serverName: server.name }),
    ...(instructions === undefined ? {} : { instructions }),
    finding,
    lost: opened.lost,
    async list(signal): Promise<RawListing> {
      // A server without the capability answers "no such method", which would look like a broken one.
      if (client.getServerCapabilities()?.tools === undefined)
        return { items: [], problems: ['The server declares that it has no tools.'] };
      listen();
      return readListing(async params => {
        const { result, items } = await ask('tools/list', params, signal);
        if (items) return { result, items };
        throw toUnreadable('it has no list of tools', 'tools/list', { server: target().origin });
      });
    },
    ask: async ({ method, params = {}, signal }) => (await ask(method, params, signal)).result,
    async ping(signal) {
      // In 2026 there is no ping; the one question that every server answers does as well.
      await ask(isModern ? 'server/discover' : 'ping', {}, signal);
    },
    async call(call, inputSchema): Promise<CallOutcome> {
      try {
        const result = await exchanged(
          call.signal,
          (limits, exchange) => callOnce(client, call, inputSchema, limits, exchange),
          exchange => toCancelled(call, target().origin, exchange),
        );
        return { kind: 'answer', result };
      } catch (error) {
        if (!(error instanceof ExchangeFailure)) throw error;
        return toCallOutcome(error, call, target(), session !== undefined);
      }
    },
    async close() {
      if (transport instanceof HttpTransport && session !== undefined) {
        // Servers of 2025 keep a session until they are told, but closing must not wait for one that is gone.
        await Promise.race([
          transport.terminateSession().catch(() => undefined),
          new Promise(resolve => setTimeout(resolve, GOODBYE_MS).unref()),
        ]);
      }
      closed.abort();
      await client.close().catch(() => undefined);
    },
  };
}

async function callOnce(
  client: Client,
  call: ToolCall,
  inputSchema: Record<string, unknown> | undefined,
  limits: RequestLimits,
  { deadline }: Exchange,
): Promise<ToolResult> {
  const {
    content,
    isError,
    structuredContent,
    _meta: meta,
  } = await client.callTool(
    {
      name: call.name,
      arguments: call.arguments,
      _meta: { ...call.trace, 'io.tramontane/idempotency-key': call.idempotencyKey },
    },
    {
      ...limits,
      onprogress: progress => {
        deadline.touch();
        call.onProgress?.(progress);
      },
      headers: {
        ...limits.headers,
        ...call.trace,
        ...(call.requestId === undefined ? {} : { 'x-request-id': call.requestId }),
      },
      // Only the part that headers are made from: with an output schema the SDK would throw away the answer of a
      // tool that has already run.
      ...(inputSchema === undefined
        ? {}
        : { toolDefinition: { name: call.name, inputSchema: { ...inputSchema, type: 'object' } } }),
    },
  );
  return {
    isError: isError === true,
    content,
    ...(structuredContent === undefined ? {} : { structuredContent }),
    ...(meta === undefined ? {} : { meta }),
  };
}

/** The server was told, but nobody knows what it had done until then. */
function toCancelled(call: ToolCall, server: string, { sent }: Exchange): ConnectionError | undefined {
  if (!sent) return undefined;
  return new ConnectionError('cancelled', `The call of "${call.name}" to ${server} was cancelled.`, {
    server,
    mayHaveRun: true,
    cause: call.signal.reason,
  });
}
