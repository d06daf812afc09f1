import type { FastifyInstance } from 'fastify';

export interface Health {
  readonly version: string;
  /** False while the server starts or stops, or its database is away. */
  readonly isReady: () => Promise<boolean>;
}

/** `/health` says that the process lives; `/health/ready` that it can answer. Neither asks for a key. */
export function addHealthRoutes(app: FastifyInstance, health: Health): void {
  app.get('/health', { logLevel: 'warn' }, async () => ({ status: 'healthy', version: health.version }));
  app.get('/health/ready', { logLevel: 'warn' }, async (_request, reply) => {
    if (await health.isReady()) return { status: 'ready' };
    return reply.code(503).send({ detail: 'Not ready' });
  });
}
