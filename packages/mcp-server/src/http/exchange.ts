import type { GuardRoute, Guards, Visit } from '@tramontane/guards';
import { andThen, type MaybePromise } from '../maybe-promise.ts';
import type { McpServer } from '../server.ts';
import { createAdmission, type AdmissionOptions } from './admission.ts';
import { BodyTooLarge, json, type HttpAnswer, type HttpRequest } from './http-message.ts';
import { createHttpSessions, MAX_SESSIONS, type HttpSessions, type SessionLimits } from './http-sessions.ts';
import { createJsonRpcEndpoint } from './json-rpc-endpoint.ts';
import { toDeprecationHeaders } from '../versions/deprecation.ts';
import { isOneServer, placeServers, type Placed, type ServerVersions } from '../versions/server-versions.ts';
import { resolvePaths, type ServerPaths } from './paths.ts';
import { answerPreflight, createRespond } from './respond.ts';
import { createDocsRoutes } from './docs-routes.ts';
import { createRestForm } from './rest-form.ts';
import type { Endpoint, Route } from './route.ts';
import { toPlace } from './session-place.ts';
import { createSse2024 } from './sse-2024.ts';
import { watchStream } from './watch-stream.ts';

/** What HTTP serves: a server, or versions of one. */
export type Served = McpServer | ServerVersions;

export interface ExchangeOptions extends AdmissionOptions {
  /** Bytes of a request's body; 4 MiB unless given. Above it 413. */
  readonly bodyLimit?: number;
  readonly paths?: ServerPaths;
  /** Serves a page for people at `/docs`; for development: `docs: env.ENV === 'development'`. Off unless given. */
  readonly docs?: boolean;
  /** Of clients of the 2025 versions; `false` serves them without: each request then stands alone. */
  readonly sessions?: SessionLimits | false;
}

/** A server's side of HTTP, apart from what brings the requests: Fastify, node:http, a fetch handler. */
export interface Exchange {
  readonly paths: readonly string[];
  /** `undefined` for a path that is not the server's. Never rejects. */
  readonly answer: (request: HttpRequest) => Promise<HttpAnswer | undefined>;
  /** From now on `/health/ready` says no; everything else is answered as before. */
  readonly announceClose: () => void;
  /** Ends streams that wait for events; calls in flight go on. Before the server stops listening. */
  readonly beginClose: () => void;
  /** Ends every session and what runs in it. */
  readonly close: () => void;
}

/** The specification leaves larger bodies to the server; the official kits stop here too. */
export const BODY_LIMIT = 4 * 1024 * 1024;

const READY = json(200, { status: 'ready' });
const NOT_READY = json(503, { detail: 'Not ready' });

/** @throws KitError `definition_invalid` for versions or a deprecation that cannot be. */
export function createExchange(served: Served, options: ExchangeOptions): Exchange {
  const { bodyLimit = BODY_LIMIT, docs = false } = options;
  const paths = resolvePaths(options.paths);
  const ending = new AbortController();
  let announced = false;
  const placed = placeServers(served, paths);
  const [{ server }] = placed;
  const { guards, admit } = createAdmission(
    options,
    placed.map(one => one.server),
  );
  const mounted = placed.map(one => mountServer(one, bodyLimit, options.sessions, ending.signal, guards));
  const sse = mountSse(server, paths.sse, bodyLimit, options.sessions, guards);
  const versions = isOneServer(served)
    ? {}
    : { versions: Object.fromEntries(Object.entries(served).map(([name, one]) => [name, one.version])) };
  const health = json(200, { status: 'healthy', version: server.version, ...versions });
  const readiness = async (): Promise<HttpAnswer> =>
    !announced && (await guards.isReady()) ? READY : NOT_READY;
  const routes: Route[] = [
    ...createDocsRoutes(placed, paths, { docs, secured: guards.authenticates }),
    ...(paths.health === false
      ? []
      : ([
          { path: paths.health, endpoints: { GET: () => health }, open: true },
          { path: `${paths.health}/ready`, endpoints: { GET: readiness }, open: true },
        ] as const)),
    ...mounted.flatMap(one => one.routes),
    ...(sse?.routes ?? []),
    ...guards.routes.map(toRoute),
  ];
  const respond = createRespond(guards);
  const byPath = new Map(routes.map(route => [route.path, route]));

  const serve = (route: Route, request: HttpRequest): MaybePromise<HttpAnswer> => {
    const visit = guards.arrive(request);
    if (route.open) return dispatch(route, request, visit);
    const answering = andThen(admit(visit), () => {
      const { refusal } = visit;
      if (refusal === undefined) return dispatch(route, request, visit);
      return json(refusal.status, { detail: refusal.detail }, refusal.headers);
    });
    return andThen(answering, answered => {
      guards.leave(visit, answered.status);
      return answered.scopes === undefined ? answered : withChallenge(answered, answered.scopes);
    });
  };
  const withChallenge = (answered: HttpAnswer, scopes: readonly string[]): HttpAnswer => {
    const challenge = { 'www-authenticate': guards.toScopeChallenge(scopes) };
    return { ...answered, headers: { ...answered.headers, ...challenge } };
  };
  const dispatch = (route: Route, request: HttpRequest, visit: Visit): MaybePromise<HttpAnswer> => {
    // Load balancers ask for health with HEAD. A GET that opens a stream must not answer it.
    const method = request.method === 'HEAD' && route.open ? 'GET' : request.method;
    const endpoint = route.endpoints[method];
    if (endpoint) {
      const answering = endpoint(request, visit);
      const { headers } = route;
      if (headers === undefined) return answering;
      return andThen(answering, answered => ({ ...answered, headers: { ...headers, ...answered.headers } }));
    }
    const allow = Object.keys(route.endpoints).join(', ');
    return json(405, { detail: `${route.path} takes ${allow}.` }, { allow });
  };
  const attempt = async (route: Route, request: HttpRequest): Promise<HttpAnswer> => {
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
  };
  return {
    paths: routes.map(route => route.path),
    announceClose: () => void (announced = true),
    beginClose: () => {
      announced = true;
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
      const preflight = answerPreflight(guards, request);
      const answered = watchStream(preflight ?? (await attempt(route, request)), guards);
      return respond === undefined ? answered : respond(request, answered);
    },
  };
}

function toRoute({ path, open, answer }: GuardRoute): Route {
  const GET: Endpoint = (_request, visit) => answer(visit);
  return open ? { path, endpoints: { GET }, open } : { path, endpoints: { GET } };
}

/** Of versions the lowest, whose address has no version either. */
function mountSse(
  server: McpServer,
  path: string | false,
  bodyLimit: number,
  limits: ExchangeOptions['sessions'],
  { opened }: Guards,
): ReturnType<typeof createSse2024> | undefined {
  if (path === false) return undefined;
  const { maxSessions = MAX_SESSIONS } = limits || {};
  return createSse2024(server, { path, bodyLimit, maxSessions, opened });
}

/** One server at its paths; a session opened at one of them goes on at the others. */
function mountServer(
  { server, mcp, rest }: Placed,
  bodyLimit: number,
  limits: ExchangeOptions['sessions'],
  ending: AbortSignal,
  { opened }: Guards,
): { readonly routes: readonly Route[]; readonly sessions: HttpSessions | undefined } {
  const sessions =
    limits === false
      ? undefined
      : createHttpSessions(server.engine, limits, toPlace(server.worker), () => opened('session'));
  const rpc = createJsonRpcEndpoint(server, { bodyLimit, sessions, ending });
  const headers = server.deprecated && toDeprecationHeaders(server.deprecated);
  const routes = [
    ...mcp.map(path => ({ path, endpoints: rpc })),
    ...(rest === undefined ? [] : createRestForm(server, rest, bodyLimit)),
  ];
  return { routes: headers ? routes.map(route => ({ ...route, headers })) : routes, sessions };
}
