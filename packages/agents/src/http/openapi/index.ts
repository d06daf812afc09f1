import type { FastifyInstance } from 'fastify';
import { OPERATIONS } from './operations.ts';
import { toDocument } from './to-document.ts';

/** `/openapi.json`, without a key: it says nothing that the published source does not. */
export function addOpenApiRoute(app: FastifyInstance, version: string): void {
  let document: string | undefined;
  app.get('/openapi.json', async (_request, reply) => {
    document ??= JSON.stringify(toDocument(OPERATIONS, version));
    return reply.header('content-type', 'application/json; charset=utf-8').send(document);
  });
}
