import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createGuards, type Guards, type GuardsOptions, type Refusal, type Visit } from '@tramontane/guards';
import { toErrorBody, toUnauthorizedBody } from '@tramontane/wire';
import type { ApiKeyStore } from '../core/api-key.ts';
import { createKeyCheck } from '../core/key-check.ts';
import { tellBrowsers } from './browsers.ts';
import { createKeyAuth, identify, identifyScraper } from './caller.ts';
import { answerError } from './errors.ts';
import { METRICS_PATH } from './metrics-route.ts';

/** A request that was answered, or whose caller left. */
export interface EndedRequest {
  readonly request: FastifyRequest;
  /** Absent where no key is needed. */
  readonly visit: Visit | undefined;
  readonly status: number;
  /** The caller left before the answer was complete. */
  readonly aborted: boolean;
  readonly durationMs: number;
}

const visits = new WeakMap<FastifyRequest, { readonly visit: Visit; readonly guards: Guards }>();

/** The status of an answer that nobody waited for, as proxies write it down. */
const CALLER_LEFT = 499;

/** Headers of this API that pages may read. */
const EXPOSED = ['x-tramontane-model'];
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The guards of the API: callers come with a key of the operator, or a stored one. */
export function createApiGuards(
  keys: { readonly operatorKeys: readonly string[]; readonly stored: Pick<ApiKeyStore, 'list'> },
  options: Pick<GuardsOptions, 'network' | 'limits' | 'overload'> & {
    readonly corsOrigins?: readonly string[];
  } = {},
): Guards {
  const { corsOrigins: origins, ...sections } = options;
  return createGuards({
    ...sections,
    auth: createKeyAuth(createKeyCheck({ ...keys, now: () => performance.now() })),
    headers: {},
    ...(origins && { cors: { origins, methods: METHODS, exposed: EXPOSED } }),
  });
}

/** Lets in whom the guards let in; what they refuse is answered in the form of this API's errors. */
export function addGuards(
  app: FastifyInstance,
  guards: Guards,
  options: {
    readonly isOpen: (request: FastifyRequest) => boolean;
    /** Lets in who may read metrics and nothing else. */
    readonly scrapers?: Guards;
    readonly onEnded: (ended: EndedRequest) => void;
  },
): void {
  app.addHook('onRequest', async (request, reply) => {
    watchEnd(request, reply, options.onEnded);
    if (options.isOpen(request)) return;
    // Whom these do not know may still be the operator.
    if (options.scrapers && request.routeOptions.url === METRICS_PATH) {
      const { refusal } = await admit(options.scrapers, request);
      if (!refusal) return identifyScraper(request);
    }
    const { refusal, caller } = await admit(guards, request);
    identify(request, caller);
    if (refusal) return answerRefusal(reply, refusal);
  });
}

/** What the request asked for was begun: from now on it waits for a model or a tool server, and is no work. */
export function onlyWaits(request: FastifyRequest): void {
  const found = visits.get(request);
  found?.guards.waits(found.visit);
}

/** Fastify's own hook is not reached when the caller leaves. */
function watchEnd(
  request: FastifyRequest,
  reply: FastifyReply,
  onEnded: (ended: EndedRequest) => void,
): void {
  const arrived = performance.now();
  const { raw } = reply;
  raw.once('close', () => {
    const { visit, guards } = visits.get(request) ?? {};
    const status = raw.headersSent ? raw.statusCode : CALLER_LEFT;
    if (visit) guards?.leave(visit, status);
    const durationMs = performance.now() - arrived;
    onEnded({ request, visit, status, aborted: !raw.writableFinished, durationMs });
  });
}

/** For addresses that the router cannot read, which reach no hook: they get the same body, and the same check of the key. */
export function createFrameworkErrors(
  guards: Guards,
  onEnded: (ended: EndedRequest) => void,
): (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => void {
  const answer = async (error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    tellBrowsers(request, reply, guards);
    watchEnd(request, reply, onEnded);
    try {
      const { refusal } = await admit(guards, request);
      if (refusal) answerRefusal(reply, refusal);
      else answerError(error, request, reply);
    } catch (broken) {
      answerError(broken instanceof Error ? broken : error, request, reply);
    }
  };
  return (error, request, reply) => void answer(error, request, reply);
}

async function admit(guards: Guards, request: FastifyRequest): Promise<Visit> {
  const { headers, method, url, id, socket } = request;
  const visit = guards.arrive({
    method,
    path: url.split('?', 1)[0] ?? '',
    header: name => {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    peer: socket.remoteAddress,
    id,
  });
  visits.set(request, { visit, guards });
  await guards.admit(visit);
  return visit;
}

function answerRefusal(reply: FastifyReply, { status, detail, headers = {} }: Refusal): FastifyReply {
  const body =
    status === 401
      ? toUnauthorizedBody()
      : toErrorBody({ status, message: detail, ...(TYPES.get(status) ?? { type: 'refused' }) });
  return reply.code(status).headers(headers).send(body);
}

const TYPES: ReadonlyMap<number, { readonly type: string; readonly code?: string }> = new Map([
  [403, { type: 'forbidden' }],
  [429, { type: 'rate_limited', code: '1300' }],
  [503, { type: 'overloaded' }],
]);
