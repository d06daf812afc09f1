import type { Entry } from '@tramontane/engine';
import type { ModelCard } from '@tramontane/wire';
import { ApiError, notFound } from './api-error.ts';

/** A model, and who answers for it. */
export interface ListedModel {
  readonly provider: string;
  readonly card: ModelCard;
}

/** Asks every provider that is configured for its models. Rejects with ApiError when none of them can be asked. */
export type ListModels = (signal: AbortSignal) => Promise<readonly ListedModel[]>;

/** Who answers for a model's name. Throws ApiError `invalid_model` when nobody does. */
export type CheckModel = (name: string) => {
  readonly offline: boolean;
  /** Rejects with ApiError where its vendor can never be sent one of these. */
  readonly refuseUnsendable: (inputs: readonly Entry[]) => Promise<void>;
};

/** What can be done with models (`/v1/models`). */
export interface Models {
  list(filter: { provider?: string; model?: string }, signal: AbortSignal): Promise<ModelCard[]>;
  get(id: string, signal: AbortSignal): Promise<ModelCard>;
  /** Models are their providers': nothing here can be changed or deleted. */
  refuseChange(id: string, signal: AbortSignal): Promise<never>;
}

export function createModels(listModels: ListModels): Models {
  const get = async (id: string, signal: AbortSignal) => {
    const found = (await listModels(signal)).find(({ card }) => isNamed(card, id));
    if (!found) throw notFound('model', id);
    return found;
  };
  return {
    async list({ provider, model }, signal) {
      return (await listModels(signal)).flatMap(listed => {
        const { card } = listed;
        const wanted =
          (provider === undefined || provider === listed.provider || provider === card.owned_by) &&
          (model === undefined || isNamed(card, model));
        return wanted ? [card] : [];
      });
    },
    get: async (id, signal) => (await get(id, signal)).card,
    async refuseChange(id, signal) {
      const { provider } = await get(id, signal);
      throw new ApiError(
        'not_supported',
        `The model ${JSON.stringify(id)} belongs to its provider (${provider}) and can be changed or deleted there only.`,
        { param: 'model_id' },
      );
    },
  };
}

function isNamed(card: ModelCard, name: string): boolean {
  return card.id === name || (card.aliases?.includes(name) ?? false);
}
