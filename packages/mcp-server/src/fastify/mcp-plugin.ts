import type { FastifyInstance } from 'fastify';
import { createExchange, type ExchangeOptions, type Served } from '../http/exchange.ts';
import type { HttpAnswer } from '../http/http-message.ts';
import { sendAnswer, toHttpRequest } from '../http/node-exchange.ts';

export interface McpPluginOptions extends ExchangeOptions {
  /** A server, or versions of one: `{ v1, v2 }`. */
  readonly server: Served;
  /** Aborts the calls in flight, as at the end of a drain that took too long. */
  readonly signal?: AbortSignal;
}

/**
 * A Fastify plugin that serves `options.server`: JSON-RPC, the REST form, health. Its checks, body parser and error
 * answers stay inside the plugin and do not touch other routes.
 *
 * ```ts
 * import { mcpPlugin } from '@tramontane/mcp-server/fastify';
 *
 * await app.register(mcpPlugin, { server });
 * ```
 */
export async function mcpPlugin(app: FastifyInstance, options: McpPluginOptions): Promise<void> {
  const { server, signal, ...exchange } = options;
  const { paths, answer, beginClose, close } = createExchange(server, exchange);
  app.addHook('preClose', async () => beginClose());
  app.addHook('onClose', async () => close());
  signal?.addEventListener('abort', close);
  await app.register(async own => {
    // Bodies are left unread: who may not call is refused before, and what is wrong is said in MCP's words.
    own.removeAllContentTypeParsers();
    own.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const url of paths) {
      own.route({
        method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
        url,
        handler: async (request, reply) => {
          const options = { path: url, id: request.id, stop: signal };
          const answered = await answer(toHttpRequest(request.raw, reply.raw, options));
          if (answered === undefined) return reply.callNotFound();
          if (typeof answered.body !== 'function') {
            return reply
              .code(answered.status)
              .headers(answered.headers)
              .send(answered.encoded ?? answered.body);
          }
          // Fastify has no way to send events as they come; what its hooks have set goes out all the same.
          const headers = { ...reply.getHeaders(), ...answered.headers } as HttpAnswer['headers'];
          reply.hijack();
          sendAnswer(reply.raw, { ...answered, headers });
        },
      });
    }
  });
}
