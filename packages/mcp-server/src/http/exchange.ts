import type { AuthInfo } from '../call-context.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';
import type { McpServer } from '../server.ts';
import { createAdmission, type AdmissionOptions } from './admission.ts';
import { BodyTooLarge, json, type HttpAnswer, type HttpRequest } from './http-message.ts';
import { createHttpSessions, MAX_SESSIONS, type HttpSessions, type SessionLimits } from './http-sessions.ts';
import { createJsonRpcEndpoint } from './json-rpc-endpoint.ts';
import { toDeprecationHeaders } from '../versions/deprecation.ts';
import { isOneServer, placeServers, type Placed, type ServerVersions } from '../versions/server-versions.ts';
import { resolvePaths, type ServerPaths } from './paths.ts';
import { createRestForm } from './rest-form.ts';
import type { Route } from './route.ts';
import { createSse2024 } from './sse-2024.ts';

/** What HTTP serves: a server, or versions of one. */
export type Served = McpServer | ServerVersions;

export interface ExchangeOptions extends AdmissionOptions {
  /** Bytes of a request's body; 4 MiB unless given. Above it 413. */
  readonly bodyLimit?: number;
  readonly paths?: ServerPaths;
  /** Of clients of the 2025 versions; `false` serves them without: each request then stands alone. */
  readonly sessions?: SessionLimits | false;
}

/** A server's side of HTTP, apart from what brings the requests: Fastify, node:http, a fetch handler. */
export interface Exchange {
  readonly paths: readonly string[];
  /** `undefined` for a path that is not the server's. Never rejects. */
  readonly answer: (request: HttpRequest) => Promise<HttpAnswer | undefined>;
  /** Ends streams that wait for events; calls in flight go on. Before the server stops listening. */
  readonly beginClose: () => void;
  /** Ends every session and what runs in it. */
  readonly close: () => void;
}

/** The specification leaves larger bodies to the server; the official kits stop here too. */
const BODY_LIMIT = 4 * 1024 * 1024;

/** @throws KitError `definition_invalid` for versions or a deprecation that cannot be. */
export function createExchange(served: Served, options: ExchangeOptions): Exchange {
  const { bodyLimit = BODY_LIMIT } = options;
  const paths = resolvePaths(options.paths);
  const ending = new AbortController();
  const placed = placeServers(served, paths);
  const [{ server }] = placed;
  const mounted = placed.map(one => mountServer(one, bodyLimit, options.sessions, ending.signal));
  const sse = mountSse(server, paths.sse, bodyLimit, options.sessions);
  const versions = isOneServer(served)
    ? {}
    : { versions: Object.fromEntries(Object.entries(served).map(([name, one]) => [name, one.version])) };
  const health = json(200, { status: 'healthy', version: server.version, ...versions });
  const routes: Route[] = [
    ...(paths.health === false
      ? []
      : [{ path: paths.health, endpoints: { GET: () => health }, open: true } as const]),
    ...mounted.flatMap(one => one.routes),
    ...(sse?.routes ?? []),
  ];
  const byPath = new Map(routes.map(route => [route.path, route]));
  const admit = createAdmission(options);

  const serve = (route: Route, request: HttpRequest): MaybePromise<HttpAnswer> => {
    let auth: AuthInfo | undefined;
    if (!route.open) {
      const { header } = request;
      const admitted = admit({
        host: header('host'),
        origin: header('origin'),
        authorization: header('authorization'),
      });
      if (!admitted.ok) {
        const challenge = admitted.challenge && { 'www-authenticate': admitted.challenge };
        return json(admitted.status, { detail: admitted.detail }, challenge || {});
      }
      auth = admitted.auth;
    }
    // Load balancers ask for health with HEAD. A GET that opens a stream must not answer it.
    const method = request.method === 'HEAD' && route.open ? 'GET' : request.method;
    const endpoint = route.endpoints[method];
    if (endpoint) {
      const answering = endpoint(request, auth);
      const { headers } = route;
      if (headers === undefined) return answering;
      return andThen(answering, answered => ({ ...answered, headers: { ...headers, ...answered.headers } }));
    }
    const allow = Object.keys(route.endpoints).join(', ');
    return json(405, { detail: `${route.path} takes ${allow}.` }, { allow });
  };
  return {
    paths: routes.map(route => route.path),
    beginClose: () => {
      ending.abort();
      for (const { sessions } of mounted) sessions?.endEvents();
      sse?.close();
    },
    close: () => {
      for (const { sessions } of mounted) sessions?.endAll();
    },
    answer: async request => {
      const route = byPath.get(request.path);
      if (route === undefined) return undefined;
      try {
        return await serve(route, request);
      } catch (error) {
        if (error instanceof BodyTooLarge) {
          // The rest of the body is still on its way, so the connection is of no further use.
          const detail = `The body is larger than this server takes: ${bodyLimit} bytes at most.`;
          return json(413, { detail }, { connection: 'close' });
        }
        if (request.signal.aborted) return json(400, { detail: 'The request did not arrive in full.' });
        server.log.error({ requestId: request.id, err: error }, 'A request failed.');
        return json(500, { detail: 'Internal server error.' });
      }
    },
  };
}

/** Of versions the lowest, whose address has no version either. */
function mountSse(
  server: McpServer,
  path: string | false,
  bodyLimit: number,
  limits: ExchangeOptions['sessions'],
): ReturnType<typeof createSse2024> | undefined {
  if (path === false) return undefined;
  const { maxSessions = MAX_SESSIONS } = limits || {};
  return createSse2024(server, { path, bodyLimit, maxSessions });
}

/** One server at its paths; a session opened at one of them goes on at the others. */
function mountServer(
  { server, mcp, rest }: Placed,
  bodyLimit: number,
  limits: ExchangeOptions['sessions'],
  ending: AbortSignal,
): { readonly routes: readonly Route[]; readonly sessions: HttpSessions | undefined } {
  const sessions = limits === false ? undefined : createHttpSessions(server.engine, limits);
  const rpc = createJsonRpcEndpoint(server, { bodyLimit, sessions, ending });
  const headers = server.deprecated && toDeprecationHeaders(server.deprecated);
  const routes = [
    ...mcp.map(path => ({ path, endpoints: rpc })),
    ...(rest === undefined ? [] : createRestForm(server, rest, bodyLimit)),
  ];
  return { routes: headers ? routes.map(route => ({ ...route, headers })) : routes, sessions };
}
