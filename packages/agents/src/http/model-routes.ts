import type { FastifyInstance } from 'fastify';
import { listModelsQuerySchema, type ModelCard, type ModelList } from '@tramontane/wire';
import { notFound } from '../core/api-error.ts';
import { read } from './errors.ts';

export interface Models {
  /** Models known by name, and who answers for them. */
  list(): readonly { id: string; provider: string }[];
}

type ModelPath = { Params: { id: string } };

/** `/v1/models` (API reference, models). */
export function addModelRoutes(app: FastifyInstance, models: Models): void {
  app.get('/v1/models', async request => {
    const { provider, model } = read(listModelsQuerySchema, request.query, 'query');
    const list: ModelList = {
      object: 'list',
      data: models
        .list()
        .filter(card => (provider ?? card.provider) === card.provider && (model ?? card.id) === card.id)
        .map(toCard),
    };
    return list;
  });

  app.get<ModelPath>('/v1/models/:id', async request => {
    const card = models.list().find(({ id }) => id === request.params.id);
    if (!card) throw notFound('model', request.params.id);
    return toCard(card);
  });
}

function toCard(card: { id: string; provider: string }): ModelCard {
  return {
    id: card.id,
    object: 'model',
    type: 'base',
    owned_by: card.provider,
    capabilities: { completion_chat: true, function_calling: true },
  };
}
