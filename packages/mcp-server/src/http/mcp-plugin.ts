import type { BearerCheck } from '@tramontane/guards';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createParseErrorReply, type Reply } from '../engine/engine.ts';
import { parseJson } from '../engine/json.ts';
import type { McpServer } from '../server.ts';
import { createGuard } from './guard.ts';
import type { OriginCheckOptions } from './origin-check.ts';
import { resolvePaths, type ServerPaths } from './paths.ts';
import { createRequestMeta, type ToMeta } from './request-meta.ts';
import { addRestForm } from './rest-form.ts';

export interface McpPluginOptions extends OriginCheckOptions {
  readonly server: McpServer;
  /** Who may call; everyone unless given. Health is open always. */
  readonly auth?: BearerCheck;
  /** Bytes of a request's body; 4 MiB unless given. Above it 413. */
  readonly bodyLimit?: number;
  readonly paths?: ServerPaths;
  /** Aborts the calls in flight, as at the end of a drain that took too long. */
  readonly signal?: AbortSignal;
}

/** The specification leaves larger bodies to the server; the official kits stop here too. */
const BODY_LIMIT = 4 * 1024 * 1024;

/**
 * A Fastify plugin that serves `options.server`: JSON-RPC, the REST form, health. Its checks, body parser and error
 * answers stay inside the plugin and do not touch other routes.
 *
 * ```ts
 * await app.register(mcpPlugin, { server });
 * ```
 */
export async function mcpPlugin(app: FastifyInstance, options: McpPluginOptions): Promise<void> {
  const { server, bodyLimit = BODY_LIMIT } = options;
  const paths = resolvePaths(options.paths);
  if (paths.health !== false) {
    const body = { status: 'healthy', version: server.version };
    app.get(paths.health, async () => body);
  }
  await app.register(async guarded => {
    const guard = createGuard(options);
    guarded.addHook('onRequest', guard.check);
    // Text, not Fastify's own parser: what is wrong with a body has to be said in JSON-RPC's or REST's words.
    guarded.removeAllContentTypeParsers();
    guarded.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit },
      (_request, body, done) => done(null, body),
    );
    guarded.setErrorHandler(createErrorHandler(server));
    const toMeta: ToMeta = (request, reply) =>
      createRequestMeta(request, reply, guard.authOf(request), options.signal);
    addJsonRpc(guarded, paths.mcp, server, toMeta);
    if (paths.rest !== false) addRestForm(guarded, paths.rest, server, toMeta);
  });
}

function addJsonRpc(app: FastifyInstance, path: string, server: McpServer, toMeta: ToMeta): void {
  app.post(path, async (request, reply) => {
    const message = parseBody(request.body);
    const answered =
      message === undefined
        ? createParseErrorReply()
        : await server.engine.handle(message.value, toMeta(request, reply));
    return sendReply(reply, answered);
  });
  // 2026-07-28 has no GET stream and no sessions to delete; clients of 2025 take 405 for "not offered".
  app.route({
    method: ['GET', 'DELETE', 'PUT', 'PATCH'],
    url: path,
    handler: (_request, reply) =>
      reply.code(405).header('allow', 'POST').send({ detail: 'Send JSON-RPC messages with POST.' }),
  });
}

function parseBody(body: unknown): { readonly value: unknown } | undefined {
  try {
    return { value: parseJson(String(body)) };
  } catch {
    return undefined;
  }
}

function sendReply(reply: FastifyReply, answered: Reply): FastifyReply {
  reply.code(answered.status);
  if (answered.kind === 'none') return reply.send();
  return reply.header('content-type', 'application/json').send(answered.json);
}

/** For what fails before a message is read: body too large, wrong type. The rest is answered where it happens. */
function createErrorHandler({ log }: McpServer) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const status = statusOf(error);
    if (status === 413) return reply.code(413).send({ detail: 'The body is larger than this server takes.' });
    if (status === 415) return reply.code(415).send({ detail: 'Send the body as application/json.' });
    if (status !== undefined && status < 500) {
      return reply.code(status).send({ detail: 'The request cannot be read.' });
    }
    log.error({ requestId: request.id, err: error }, 'A request failed.');
    return reply.code(500).send({ detail: 'Internal server error.' });
  };
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
