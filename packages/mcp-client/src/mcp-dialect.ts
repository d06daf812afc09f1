import { Client, type ConnectOptions } from '@modelcontextprotocol/client';
import type { Egress } from '@tramontane/egress';
import { z } from 'zod';
import { type Answers, MAX_ROUNDS, addAnswers, capabilitiesFor } from './answers.ts';
import type { CallOutcome, Dialect, Finding, RawListing } from './dialect.ts';
import { EXCHANGE_HEADER, type Exchange, type Exchanges, createExchanges } from './exchanges.ts';
import { findEgressError } from './failures.ts';
import { ExchangeFailure, toCallOutcome, toFailedRequest } from './mcp-failures.ts';
import { WatchedTransport, siftResults } from './mcp-transport.ts';
import type { OpenTarget } from './server-target.ts';
import { MAX_TOOLS } from './tool-definitions.ts';

const MAX_PAGES = 64;
/** The egress ends an exchange at the target's limit; the SDK's own timer is only the net below it. */
const NET_MS = 1_000;
const GOODBYE_MS = 2_000;

/** A page without its definitions, which `siftResults` took out. */
const ListPage = z.looseObject({
  nextCursor: z.string().nullish(),
  ttlMs: z.number().nullish(),
});

const AnyResult = z.looseObject({});

export interface McpDialectOptions {
  readonly egress: Egress;
  /** Read for each request, so that a target with other limits takes effect at once. */
  readonly target: () => OpenTarget;
  readonly url: URL;
  /** `auto` asks for the newest protocol first; `legacy` begins with the handshake of 2025. */
  readonly era: 'auto' | 'legacy';
  readonly client: { readonly name: string; readonly version: string };
  readonly onListChanged: () => void;
  readonly answers?: Answers | undefined;
}

/** A failed handshake, with what the server answered on the way. */
export interface FailedHandshake {
  readonly error: unknown;
  readonly exchanges: Exchanges;
}

/** Connect to an MCP endpoint. Everything the SDK throws comes back as a value: which of it is evidence is for the caller. */
export async function openMcpDialect(
  options: McpDialectOptions,
  signal: AbortSignal,
): Promise<Dialect | FailedHandshake> {
  const closed = new AbortController();
  const exchanges = createExchanges(options.egress, options.target, closed.signal);
  const transport = new WatchedTransport(options.url, exchanges);
  const client = new Client(options.client, {
    versionNegotiation: { mode: 'auto' },
    // Where nobody answers, a request for input becomes an error of the tool, which its caller can read.
    inputRequired: { autoFulfill: options.answers !== undefined, maxRounds: MAX_ROUNDS },
    capabilities: capabilitiesFor(options.answers ?? {}),
  });
  if (options.answers) addAnswers(client, options.answers, options.target().origin);
  client.setNotificationHandler('notifications/tools/list_changed', options.onListChanged);
  const timeout = options.target().timeoutMs + NET_MS;
  const connectOptions: ConnectOptions = {
    timeout,
    signal,
    ...(options.era === 'legacy' ? { prior: { kind: 'legacy' } } : {}),
  };
  // The SDK does not look at the signal while it probes.
  const abort = (): void => closed.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    await client.connect(transport, connectOptions);
  } catch (error) {
    closed.abort();
    await client.close().catch(() => undefined);
    return { error, exchanges };
  } finally {
    signal.removeEventListener('abort', abort);
  }
  siftResults(transport, exchanges, client.getProtocolEra() === 'modern');
  return toDialect(client, transport, exchanges, closed, options);
}

function toDialect(
  client: Client,
  transport: WatchedTransport,
  exchanges: Exchanges,
  closed: AbortController,
  options: McpDialectOptions,
): Dialect {
  const isModern = client.getProtocolEra() === 'modern';
  const finding: Finding = { form: 'mcp', url: options.url, era: isModern ? 'modern' : 'legacy' };
  const serverName = client.getServerVersion()?.name;
  const instructions = client.getInstructions();
  let isListening = false;

  /** One request with its limits. The SDK's promise alone would wait for streams that have already ended. */
  async function exchanged<T>(
    signal: AbortSignal,
    work: (
      exchange: Exchange,
      limits: { timeout: number; signal: AbortSignal; headers: Record<string, string> },
    ) => Promise<T>,
  ): Promise<T> {
    const exchange = exchanges.open();
    const { timeoutMs } = options.target();
    try {
      const limits = { timeout: timeoutMs + NET_MS, signal, headers: { [EXCHANGE_HEADER]: exchange.id } };
      const working = work(exchange, limits);
      // When the stream ends first, the SDK's promise ends later and unheard.
      working.catch(() => undefined);
      return await Promise.race([working, exchange.broken]);
    } catch (error) {
      signal.throwIfAborted();
      if (findEgressError(error)?.code === 'timed_out' && !isModern && exchange.messageId !== undefined) {
        // In 2025 closing the connection is not a cancellation; the server goes on until it is told.
        client
          .notification({
            method: 'notifications/cancelled',
            params: { requestId: exchange.messageId, reason: 'timed out' },
          })
          .catch(() => undefined);
      }
      throw new ExchangeFailure(error, exchange);
    } finally {
      exchange.close();
    }
  }

  /** Changes of the list are news of the 2026 era only to those who subscribe. A broken stream is opened again with the next list. */
  function listen(): void {
    if (!isModern || isListening || client.getServerCapabilities()?.tools?.listChanged !== true) return;
    isListening = true;
    const listening = async (): Promise<void> => {
      const subscription = await client.listen(
        { toolsListChanged: true },
        { timeout: options.target().timeoutMs + NET_MS },
      );
      await subscription.closed;
    };
    listening()
      .catch(() => undefined)
      .finally(() => {
        isListening = false;
      });
  }

  async function listPage(
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<z.infer<typeof ListPage> & { items: readonly unknown[] }> {
    try {
      return await exchanged(signal, async (exchange, limits) => {
        const params = cursor === undefined ? {} : { cursor };
        const page = await client.request({ method: 'tools/list', params }, ListPage, limits);
        return { ...page, items: exchange.items ?? [] };
      });
    } catch (error) {
      throw error instanceof ExchangeFailure
        ? toFailedRequest(error, options.target(), 'tools/list', false)
        : error;
    }
  }

  return {
    name: isModern ? 'mcp-2026' : 'mcp-2025',
    protocolVersion: client.getNegotiatedProtocolVersion() ?? 'unknown',
    ...(serverName === undefined ? {} : { serverName }),
    ...(instructions === undefined ? {} : { instructions }),
    finding,
    async list(signal): Promise<RawListing> {
      const items: unknown[] = [];
      const problems: string[] = [];
      let cursor: string | undefined;
      let ttlMs: number | undefined;
      // A server without the capability answers "no such method", which would look like a broken one.
      if (client.getServerCapabilities()?.tools === undefined)
        return { items, problems: ['The server declares that it has no tools.'] };
      listen();
      for (let page = 1; ; page += 1) {
        const answer = await listPage(cursor, signal);
        if (page === 1) ttlMs = answer.ttlMs ?? undefined;
        items.push(...answer.items);
        const next = answer.nextCursor ?? undefined;
        if (next === undefined || items.length > MAX_TOOLS) break;
        if (next === cursor || page >= MAX_PAGES) {
          problems.push(`The server's list did not end after ${page} pages; the rest was left out.`);
          break;
        }
        cursor = next;
      }
      return { items, problems, ...(ttlMs === undefined ? {} : { ttlMs }) };
    },
    async ask({ method, params = {}, signal }): Promise<Record<string, unknown>> {
      try {
        return await exchanged(signal, (_exchange, limits) =>
          client.request({ method, params }, AnyResult, limits),
        );
      } catch (error) {
        throw error instanceof ExchangeFailure
          ? toFailedRequest(error, options.target(), method, false)
          : error;
      }
    },
    async call(call, inputSchema): Promise<CallOutcome> {
      try {
        const result = await exchanged(call.signal, (_exchange, limits) =>
          client.callTool(
            {
              name: call.name,
              arguments: call.arguments,
              _meta: { 'io.tramontane/idempotency-key': call.idempotencyKey },
            },
            {
              ...limits,
              headers: {
                ...limits.headers,
                ...(call.requestId === undefined ? {} : { 'x-request-id': call.requestId }),
              },
              // Only the part that headers are made from: with an output schema the SDK would throw away the
              // answer of a tool that has already run.
              ...(inputSchema === undefined
                ? {}
                : { toolDefinition: { name: call.name, inputSchema: { ...inputSchema, type: 'object' } } }),
            },
          ),
        );
        const { content, isError, structuredContent, _meta: meta } = result;
        return {
          kind: 'answer',
          result: {
            isError: isError === true,
            content,
            ...(structuredContent === undefined ? {} : { structuredContent }),
            ...(meta === undefined ? {} : { meta }),
          },
        };
      } catch (error) {
        if (!(error instanceof ExchangeFailure)) throw error;
        return toCallOutcome(error, call, options.target(), transport.sessionId !== undefined);
      }
    },
    async close() {
      if (transport.sessionId !== undefined) {
        // Servers of 2025 keep a session until they are told, but closing must not wait for one that is gone.
        await Promise.race([
          transport.terminateSession().catch(() => undefined),
          new Promise(resolve => setTimeout(resolve, GOODBYE_MS).unref()),
        ]);
      }
      await client.close().catch(() => undefined);
      closed.abort();
    },
  };
}
