import type { FastifyInstance } from 'fastify';
import { listModelsQuerySchema, type ModelList } from '@tramontane/wire';
import type { Models } from '../core/models.ts';
import { goneSignal } from './caller.ts';
import { read } from './errors.ts';

type ModelPath = { Params: { id: string } };

/** `/v1/models` (API reference, models). */
export function addModelRoutes(app: FastifyInstance, models: Models): void {
  app.get('/v1/models', async (request, reply) => {
    const filter = read(listModelsQuerySchema, request.query, 'query');
    const list: ModelList = { object: 'list', data: await models.list(filter, goneSignal(reply)) };
    return list;
  });

  app.get<ModelPath>('/v1/models/:id', async (request, reply) =>
    models.get(request.params.id, goneSignal(reply)),
  );

  app.delete<ModelPath>('/v1/models/:id', async (request, reply) =>
    models.refuseChange(request.params.id, goneSignal(reply)),
  );

  app.patch<ModelPath>('/v1/fine_tuning/models/:id', async (request, reply) =>
    models.refuseChange(request.params.id, goneSignal(reply)),
  );

  app.route<ModelPath>({
    method: ['POST', 'DELETE'],
    url: '/v1/fine_tuning/models/:id/archive',
    handler: async (request, reply) => models.refuseChange(request.params.id, goneSignal(reply)),
  });
}
