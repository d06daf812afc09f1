import {
  agentsCompletionRequestSchema,
  chatCompletionRequestSchema,
  completionChunkSchema,
  completionResponseSchema,
  deletedModelSchema,
  listModelsQuerySchema,
  modelCardSchema,
  modelListSchema,
} from '@tramontane/wire';
import type { Named, Operation } from './operation.ts';

const CARD: Named = ['ModelCard', modelCardSchema];
const COMPLETION: Named = ['Completion', completionResponseSchema];
const CHUNK: Named = ['CompletionChunk', completionChunkSchema];
const refused = 'Models belong to their providers, and are changed or deleted there only.';

export const MODEL_OPERATIONS: readonly Operation[] = [
  {
    route: 'POST /v1/chat/completions',
    id: 'completeChat',
    tag: 'completions',
    summary: 'Answer a chat; tools of connectors run on the server, nothing is kept',
    body: ['ChatCompletion', chatCompletionRequestSchema],
    answer: COMPLETION,
    events: CHUNK,
  },
  {
    route: 'POST /v1/agents/completions',
    id: 'completeWithAgent',
    tag: 'completions',
    summary: 'Answer a chat as an agent; nothing is kept',
    body: ['AgentCompletion', agentsCompletionRequestSchema],
    answer: COMPLETION,
    events: CHUNK,
  },
  {
    route: 'GET /v1/models',
    id: 'listModels',
    tag: 'models',
    summary: 'List the models of every provider that is configured',
    query: listModelsQuerySchema,
    answer: ['ModelList', modelListSchema],
  },
  {
    route: 'GET /v1/models/{model_id}',
    id: 'getModel',
    tag: 'models',
    summary: 'Read a model by name or alias',
    answer: CARD,
  },
  {
    route: 'DELETE /v1/models/{model_id}',
    id: 'deleteModel',
    tag: 'models',
    summary: 'Delete a fine-tuned model',
    answer: ['DeletedModel', deletedModelSchema],
    refused,
  },
  {
    route: 'PATCH /v1/fine_tuning/models/{model_id}',
    id: 'updateModel',
    tag: 'models',
    summary: 'Change a fine-tuned model',
    answer: CARD,
    refused,
  },
  {
    route: 'POST /v1/fine_tuning/models/{model_id}/archive',
    id: 'archiveModel',
    tag: 'models',
    summary: 'Archive a fine-tuned model',
    refused,
  },
  {
    route: 'DELETE /v1/fine_tuning/models/{model_id}/archive',
    id: 'unarchiveModel',
    tag: 'models',
    summary: 'Take a fine-tuned model out of the archive',
    refused,
  },
];
