import { modelCapabilitiesSchema, modelCardSchema, type ModelCard } from '@tramontane/wire';

type Json = Record<string, unknown>;

/**
 * A card of a vendor's list in the documented shape, whatever the vendor left out or added: Mistral's cards hold all of
 * it, others little more than the name. Undefined when there is no name either.
 */
export function toModelCard(given: unknown, provider: string): ModelCard | undefined {
  if (!isJson(given)) return undefined;
  const id = textOf(given['id']);
  if (id === undefined || id === '') return undefined;
  const deprecation = timeOf(given['deprecation']);
  const replacement = textOf(given['deprecation_replacement_model']);
  const temperature = numberOf(given['default_model_temperature']);
  // vLLM's word for it.
  const context = wholeOf(given['max_context_length']) ?? wholeOf(given['max_model_len']);
  const created = wholeOf(given['created']);
  const fields = {
    id,
    object: 'model',
    owned_by: textOf(given['owned_by']) ?? provider,
    capabilities: toCapabilities(given['capabilities']),
    name: textOf(given['name']) ?? null,
    description: textOf(given['description']) ?? null,
    aliases: Array.isArray(given['aliases'])
      ? given['aliases'].filter(alias => typeof alias === 'string')
      : [],
    deprecation: deprecation ?? null,
    ...(replacement !== undefined && { deprecation_replacement_model: replacement }),
    ...(temperature !== undefined && { default_model_temperature: temperature }),
    ...(context !== undefined && { max_context_length: context }),
    ...(created !== undefined && { created }),
  };
  const { job, root } = given;
  const tuned =
    given['type'] === 'fine-tuned' && typeof job === 'string' && typeof root === 'string'
      ? { type: 'fine-tuned', job, root, archived: given['archived'] === true }
      : { type: 'base' };
  return modelCardSchema.parse({ ...fields, ...tuned });
}

/** A vendor that says nothing of it serves chat: nothing else is asked of it here. */
function toCapabilities(given: unknown): ModelCard['capabilities'] {
  if (!isJson(given)) return { completion_chat: true, function_calling: true };
  const known = Object.keys(modelCapabilitiesSchema.shape).filter(name => typeof given[name] === 'boolean');
  const capabilities = Object.fromEntries(known.map(name => [name, given[name]]));
  return modelCapabilitiesSchema.parse({ completion_chat: false, function_calling: false, ...capabilities });
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function wholeOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** Vendors write times with and without an offset; clients read them with one only. */
function timeOf(value: unknown): string | undefined {
  const time =
    typeof value === 'string' ? Date.parse(/Z|[+-]\d\d:?\d\d$/.test(value) ? value : `${value}Z`) : NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
