import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type RouteOptions,
} from 'fastify';
import type { Guards } from '@tramontane/guards';
import { toErrorBody } from '@tramontane/wire';
import { ApiError } from '../core/api-error.ts';
import type { Agents } from '../core/agents.ts';
import type { Completions } from '../core/completions.ts';
import type { ToolTrust } from '../core/tool-trust.ts';
import type { ConnectorTools } from '../core/connector-tools.ts';
import type { ConnectorAccessUses } from '../core/connector-uses.ts';
import type { Conversations } from '../core/conversations.ts';
import type { UnansweredCalls } from '../core/unanswered-calls.ts';
import type { Models } from '../core/models.ts';
import type { HttpMetrics } from '../core/ports.ts';
import { addAgentRoutes } from './agent-routes.ts';
import { addBrowserHeaders } from './browsers.ts';
import { keepKeyHolders } from './caller.ts';
import { answerClientError } from './client-errors.ts';
import { addCompletionRoutes } from './completion-routes.ts';
import { addConnectorRoutes } from './connector-routes.ts';
import { addConnectorAccessRoutes } from './connector-access-routes.ts';
import { addConversationRoutes } from './conversation-routes.ts';
import { answerError } from './errors.ts';
import { addGuards, createFrameworkErrors, type EndedRequest } from './guarding.ts';
import { addHealthRoutes, type Health } from './health-routes.ts';
import { acceptJsonOnly } from './json-body.ts';
import { addMetricsRoute } from './metrics-route.ts';
import { addModelRoutes } from './model-routes.ts';
import { collectMethods } from './other-methods.ts';
import { CALLBACK_PATH, CLIENT_METADATA_PATH, type SignInRoutes, addSignInRoutes } from './sign-in-routes.ts';
import { refuseUnheededKeys } from './request-key.ts';
import { closeUnusedConnections } from './unused-connections.ts';
import { toRequestId } from './request-id.ts';
import { traceRequests } from './trace-requests.ts';
import { addUnansweredCallRoutes } from './unanswered-call-routes.ts';
import { addOpenApiRoute } from './openapi/index.ts';
import { addToolTrustRoutes } from './tool-trust-routes.ts';

export interface HttpPorts {
  readonly agents: Agents;
  readonly completions: Completions;
  readonly connectorAccess: ConnectorAccessUses;
  readonly connectorTools: ConnectorTools;
  readonly conversations: Conversations;
  readonly signIns: SignInRoutes;
  readonly unansweredCalls: UnansweredCalls;
  readonly toolTrust: ToolTrust;
  readonly models: Models;
  readonly health: Health;
  readonly guards: Guards;
  readonly metrics: HttpMetrics;
  /** Who may read metrics, and nothing else. */
  readonly scrapers?: Guards;
  /** Told of every request that ended; it may write that down. */
  readonly onEnded?: (ended: EndedRequest) => void;
  readonly log: FastifyBaseLogger;
}

/** Pictures and documents travel inside requests, base64 in JSON. */
const BODY_LIMIT = 32 * 1024 * 1024;

/** Characters of one part of a path. Names of tools come from their servers, and Fastify's own limit of 100 cuts them off. */
const MAX_PARAM_LENGTH = 16 * 1024;

/**
 * The API as a Fastify app; nothing listens yet.
 * @param options.onRoute Told of every route.
 */
export function createHttpServer(
  ports: HttpPorts,
  options: { onRoute?: (route: RouteOptions) => void } = {},
): FastifyInstance {
  const onEnded = (ended: EndedRequest): void => {
    const { request, visit, status } = ended;
    const { method, routeOptions } = request;
    ports.metrics.countAnswer({ method, route: routeOptions.url, status, refusedBy: visit?.refusal?.by });
    ports.onEnded?.(ended);
  };
  const app = fastify({
    loggerInstance: ports.log,
    bodyLimit: BODY_LIMIT,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_LENGTH },
    genReqId: toRequestId,
    clientErrorHandler: answerClientError,
    forceCloseConnections: 'idle',
    // What was on its way when the server began to stop is answered, and its connection closed.
    return503OnClosing: false,
    // Clients that were given an address ending in /v1 add another one.
    rewriteUrl: request => (request.url ?? '/').replace(/^\/v1\/v1\//, '/v1/'),
    frameworkErrors: createFrameworkErrors(ports.guards, onEnded),
  });
  const methods = collectMethods();
  app.addHook('onRoute', route => {
    if (route.config?.otherMethod) return;
    methods.note(route);
    options.onRoute?.(route);
  });
  closeUnusedConnections(app);
  acceptJsonOnly(app);
  keepKeyHolders(app);
  traceRequests(app);

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  addBrowserHeaders(app, ports.guards);
  addGuards(app, ports.guards, {
    isOpen: isPublic,
    ...(ports.scrapers && { scrapers: ports.scrapers }),
    onEnded,
  });
  refuseUnheededKeys(app);
  app.addHook('onRequest', async request => {
    // No id, name or filter holds one, and PostgreSQL refuses to be asked for one.
    if (request.url.includes('%00'))
      throw new ApiError('invalid_request', 'The address holds a NUL character.');
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => {
    const message = `There is no ${request.method} ${request.url.split('?')[0]} here. The API is below /v1.`;
    reply.code(404).send(toErrorBody({ status: 404, type: 'not_found', message }));
  });

  addHealthRoutes(app, ports.health);
  addAgentRoutes(app, ports.agents);
  addCompletionRoutes(app, ports.completions);
  addConversationRoutes(app, ports.conversations);
  addUnansweredCallRoutes(app, ports.unansweredCalls);
  addConnectorRoutes(app, ports.connectorAccess.connectors, ports.connectorTools);
  addConnectorAccessRoutes(app, ports.connectorAccess);
  addSignInRoutes(app, ports.signIns);
  addToolTrustRoutes(app, ports.toolTrust);
  addModelRoutes(app, ports.models);
  addMetricsRoute(app, ports.metrics);
  addOpenApiRoute(app, ports.health.version);
  methods.answerOthers(app, ports.guards);
  return app;
}

const PUBLIC_PATHS: ReadonlySet<string> = new Set([
  '/health',
  '/health/ready',
  CALLBACK_PATH,
  CLIENT_METADATA_PATH,
  '/openapi.json',
]);

function isPublic({ method, url, is404 }: FastifyRequest): boolean {
  // Browsers ask with OPTIONS, and without credentials, before a page's request.
  if (method === 'OPTIONS' && !is404) return true;
  return PUBLIC_PATHS.has(url.split('?')[0] ?? '');
}
