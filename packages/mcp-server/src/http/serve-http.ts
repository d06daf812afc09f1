import { setTimeout as delay } from 'node:timers/promises';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { BODY_LIMIT, createExchange, type ExchangeOptions, type Served } from './exchange.ts';
import { createDrainingServers } from './draining-servers.ts';
import { createHandOver, takeHandedOver } from './hand-over.ts';
import { json } from './http-message.ts';
import { listenAt } from './listen.ts';
import { sendAnswer, toHttpRequest } from './node-exchange.ts';
import { isLoopback } from './origin-check.ts';
import { resolvePaths } from './paths.ts';
import { createRequestIds } from './request-ids.ts';
import { placeServers } from '../versions/server-versions.ts';

export interface ServeHttpOptions extends ExchangeOptions {
  /**
   * 127.0.0.1 unless given. Bound to a loopback address, only loopback names are let in (`allowedHosts`,
   * `allowedOrigins`); bound to another, every host name is, but pages of other origins only if allowed.
   */
  readonly host?: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Milliseconds for a request to arrive in full, from the first byte or none at all; 60,000 unless given. */
  readonly requestMs?: number;
  /** Milliseconds in which a client takes nothing of what is sent, until it is cut off; 60,000 unless given. */
  readonly readMs?: number;
  /**
   * Milliseconds between the moment `/health/ready` says that this process stops, and its last new connection; 0 unless
   * given. Give a load balancer longer than it needs to notice, or it sends calls where nobody listens any more.
   */
  readonly noticeMs?: number;
  /** Milliseconds that `close()` waits for calls in flight, after that; 10,000 unless given. */
  readonly drainMs?: number;
  /** Serves upgrades on the same port, as in `servers => mountWebSocket(servers, server)`; closed with the rest. */
  readonly upgrade?: (servers: readonly Server[]) => { close(): Promise<void> };
}

export interface HttpServing {
  /** As in `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting, lets calls in flight finish, aborts what is left after `drainMs`. */
  close(): Promise<void>;
}

const DRAIN_MS = 10_000;

/**
 * Serves over HTTP until `close()`.
 *
 * @throws what the system says when the port cannot be had (`EADDRINUSE`, `EACCES`).
 */
export async function serveHttp(served: Served, options: ServeHttpOptions): Promise<HttpServing> {
  const {
    host = '127.0.0.1',
    port,
    drainMs = DRAIN_MS,
    noticeMs = 0,
    requestMs,
    readMs,
    upgrade,
    ...exchangeOptions
  } = options;
  const stop = new AbortController();
  const { guards } = options;
  const toId = createRequestIds();
  const servers = createDrainingServers(requestMs, guards && (() => guards.opened('http')));
  const exchange = createExchange(served, { ...defaultOrigins(host), ...exchangeOptions });
  stop.signal.addEventListener('abort', exchange.close);
  let closing: Promise<void> | undefined;
  // Not Fastify: its routing, hooks and reply do nothing for these few paths, but cost an eighth of what a bare server
  // takes for a request, and a third of a cold start.
  const handle = (request: IncomingMessage, response: ServerResponse, peer?: string): void => {
    // A caller that keeps its connection busy would hold up the end for as long as it likes; one that has sent its
    // request before it could know is answered all the same, and has to connect again, to another process.
    if (closing !== undefined) response.shouldKeepAlive = false;
    const { url = '/' } = request;
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const incoming = toHttpRequest(request, response, { path, id: toId(), stop: stop.signal, peer });
    void exchange.answer(incoming).then(answered => {
      sendAnswer(response, answered ?? json(404, describePaths(path, served, options)), readMs);
    });
  };
  const reach = placeServers(served, resolvePaths(options.paths))[0].server.worker?.reach;
  const handOver = reach && createHandOver(reach, options.bodyLimit ?? BODY_LIMIT);
  const take: RequestListener = handOver
    ? (request, response) => {
        if (closing !== undefined) response.shouldKeepAlive = false;
        if (!handOver.give(request, response, () => handle(request, response))) handle(request, response);
      }
    : (request, response) => handle(request, response);
  const bound = await listenAt(() => servers.create(take), host, port);
  const upgraded = upgrade?.(servers.all);
  if (reach) await takeHandedOver(reach, servers.create, handle);
  const end = async (): Promise<void> => {
    exchange.announceClose();
    if (noticeMs > 0) await delay(noticeMs);
    await servers.drain(close, () => stop.abort(), drainMs);
  };
  const close = async (): Promise<void> => {
    exchange.beginClose();
    // Together: a server is closed only when its upgraded connections are.
    await Promise.all([servers.close(), upgraded?.close()]);
    exchange.close();
  };
  return {
    url: `http://${nameHost(host)}:${bound}`,
    port: bound,
    close: () => (closing ??= end()),
  };
}

/** On a loopback address the defaults of the exchange are right. */
function defaultOrigins(host: string): Pick<ExchangeOptions, 'allowedHosts' | 'allowedOrigins'> {
  return isLoopback(host) ? {} : { allowedHosts: ['*'], allowedOrigins: [] };
}

function describePaths(path: string, served: Served, { paths: given }: ServeHttpOptions): object {
  const paths = resolvePaths(given);
  const described = placeServers(served, paths).flatMap(({ mcp, rest }) => [
    ...mcp.map(path => [`POST ${path}`, 'MCP (JSON-RPC)']),
    ...(rest === undefined
      ? []
      : [
          [`GET ${rest}/tools`, 'the list of tools'],
          [`POST ${rest}/tools/invoke`, 'call a tool'],
        ]),
  ]);
  return {
    detail: `Nothing is served at ${path}.`,
    paths: {
      ...Object.fromEntries(described),
      ...(paths.health !== false && { [`GET ${paths.health}`]: 'health' }),
    },
  };
}

/** A wildcard address can be listened on but not called. */
function nameHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
