import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { createExchange, type Exchange, type Served } from './exchange.ts';
import { createDrainingServers } from './draining-servers.ts';
import { mountExchange, type McpPluginOptions } from './mcp-plugin.ts';
import { sendAnswer, toHttpRequest } from './node-exchange.ts';
import { isLoopback } from './origin-check.ts';
import { resolvePaths } from './paths.ts';
import { placeServers } from '../versions/server-versions.ts';

export interface ServeHttpOptions extends Omit<McpPluginOptions, 'server' | 'signal'> {
  /**
   * 127.0.0.1 unless given. Bound to a loopback address, only loopback names are let in (`allowedHosts`,
   * `allowedOrigins`); bound to another, every host name is, but pages of other origins only if allowed.
   */
  readonly host?: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Milliseconds that `close()` waits for calls in flight; 10,000 unless given. */
  readonly drainMs?: number;
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
  const { host = '127.0.0.1', port, drainMs = DRAIN_MS, ...exchangeOptions } = options;
  // Loading it takes a fifth of a cold start, which servers over stdio do without.
  const { fastify } = await import('fastify');
  const stop = new AbortController();
  const servers = createDrainingServers();
  const exchange = createExchange(served, { ...defaultOrigins(host), ...exchangeOptions });
  const takePost = createPostTaker(exchange, stop.signal);
  let closing: Promise<void> | undefined;
  const app = fastify({
    serverFactory: handle =>
      servers.create((request, response) => {
        // Once it closes, Fastify turns new requests away.
        if (closing !== undefined || !takePost(request, response)) handle(request, response);
      }),
    // Fastify counts from 1 in each process, and logs of several could not be told apart.
    genReqId: () => randomUUID(),
  });
  await mountExchange(app, exchange, stop.signal);
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send(describePaths(request.url, served, options)),
  );
  const bound = await listen(app, host, port);
  return {
    url: `http://${nameHost(host)}:${bound}`,
    port: bound,
    close: () =>
      (closing ??= servers.drain(
        () => app.close(),
        () => stop.abort(),
        drainMs,
      )),
  };
}

/**
 * Messages, which are all that comes often, go straight to the exchange: Fastify's routing, hooks and reply do nothing
 * for them, and cost an eighth of what a bare server takes for a request. It serves the rest.
 */
function createPostTaker({ paths, answer }: Exchange, stop: AbortSignal) {
  const own = new Set(paths);
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const { method, url: path } = request;
    if (method !== 'POST' || path === undefined || !own.has(path)) return false;
    void answer(toHttpRequest(request, response, { path, id: randomUUID(), stop })).then(
      answered => answered && sendAnswer(response, answered),
    );
    return true;
  };
}

/** On a loopback address the plugin's own defaults are right. */
function defaultOrigins(host: string): Pick<McpPluginOptions, 'allowedHosts' | 'allowedOrigins'> {
  return isLoopback(host) ? {} : { allowedHosts: ['*'], allowedOrigins: [] };
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  await app.listen({ host, port });
  const [address] = app.addresses();
  return typeof address === 'object' ? address.port : port;
}

function describePaths(url: string, served: Served, { paths: given }: ServeHttpOptions): object {
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
    detail: `Nothing is served at ${url.split('?', 1)[0]}.`,
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
