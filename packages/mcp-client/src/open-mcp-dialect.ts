import { Client, type ConnectOptions } from '@modelcontextprotocol/client';
import { MAX_ROUNDS, addAnswers, capabilitiesFor } from './answers.ts';
import type { Dialect } from './dialect.ts';
import { type Exchanges, createExchanges } from './exchanges.ts';
import { createMcpDialect } from './mcp-dialect.ts';
import { type McpDialectOptions, NET_MS } from './mcp-dialect-options.ts';
import { siftResults } from './sift-results.ts';
import { ChannelTransport } from './transports/channel-transport.ts';
import { HttpTransport } from './transports/http-transport.ts';
import { sseChannel } from './transports/sse-channel.ts';
import { stdioChannel } from './transports/stdio-channel.ts';
import { webSocketChannel } from './transports/websocket-channel.ts';
import { createWatchedFetch } from './watched-fetch.ts';

/** On a pipe or a socket silence means a server of 2025 that does not know the question; the specification's time-out. */
const CHANNEL_PROBE_MS = 5_000;
/** Of one that knew it before, silence means that it is still starting. */
const KNOWN_PROBE_MS = 15_000;

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
  const lost = Promise.withResolvers<string>();
  const exchanges = createExchanges();
  const transport = createTransport(options, exchanges, closed.signal, lost.resolve);
  const client = new Client(options.client, {
    versionNegotiation: {
      mode: 'auto',
      ...(options.via === 'http'
        ? {}
        : { probe: { timeoutMs: options.era === 'modern' ? KNOWN_PROBE_MS : CHANNEL_PROBE_MS } }),
    },
    // Where nobody answers, a request for input becomes an error of the tool, which its caller can read.
    inputRequired: { autoFulfill: options.answers !== undefined, maxRounds: MAX_ROUNDS },
    capabilities: capabilitiesFor(options.answers ?? {}),
  });
  if (options.answers) addAnswers(client, options.answers, options.target().origin, exchanges);
  client.setNotificationHandler('notifications/tools/list_changed', options.onListChanged);
  const connectOptions: ConnectOptions = {
    timeout: options.target().timeoutMs + NET_MS,
    signal,
    // HTTP+SSE is older than the question which era a server is of.
    ...(options.era === 'legacy' || options.via === 'sse' ? { prior: { kind: 'legacy' } } : {}),
  };
  // The SDK does not look at the signal while it probes.
  const abort = (): void => {
    closed.abort(signal.reason);
    transport.close().catch(() => undefined);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    await client.connect(transport, connectOptions);
  } catch (error) {
    closed.abort();
    await client.close().catch(() => undefined);
    await transport.close().catch(() => undefined);
    return { error, exchanges };
  } finally {
    signal.removeEventListener('abort', abort);
  }
  siftResults(transport, exchanges, client.getProtocolEra() === 'modern');
  return createMcpDialect({
    ...options,
    transport,
    exchanges,
    closed,
    connection: client,
    lost: lost.promise,
  });
}

function createTransport(
  { egress, target, url, via, environment, onListChanged, onStderr }: McpDialectOptions,
  exchanges: Exchanges,
  closed: AbortSignal,
  onLost: (reason: string) => void,
): HttpTransport | ChannelTransport {
  const { origin, process: command } = target();
  switch (via) {
    case 'http': {
      const onSessionLost = (): void => onLost('lost the session');
      return new HttpTransport(
        url,
        createWatchedFetch({ egress, target, exchanges, closed, onSessionLost, onGap: onListChanged }),
        exchanges,
      );
    }
    case 'sse':
      return new ChannelTransport(sseChannel(egress, target, url), exchanges, onLost);
    case 'websocket':
      return new ChannelTransport(webSocketChannel(egress, target(), url), exchanges, onLost);
    case 'stdio': {
      if (command === undefined) throw new Error('unreachable: only a process target has a stdio address');
      const stderr = (line: string): void => onStderr(origin, line);
      return new ChannelTransport(
        stdioChannel(command, { name: origin, environment, onStderr: stderr }),
        exchanges,
        onLost,
      );
    }
  }
}
