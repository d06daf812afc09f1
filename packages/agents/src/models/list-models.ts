import { ApiError } from '../core/api-error.ts';
import type { ListedModel, ListModels } from '../core/models.ts';
import { OFFLINE_NAME, type ModelCatalogue, type ProviderName } from './catalogue.ts';
import { KNOWN_MISTRAL_NAMES } from './model-names.ts';
import type { Vendor } from './providers.ts';
import { toModelCard } from './to-model-card.ts';

const TIMEOUT_MS = 10_000;
/** Consoles ask often, and a vendor's list rarely changes. */
const KEEP_MS = 60_000;

export interface ListModelsOptions {
  /** A provider that could not be asked while another one could: its models are missing from the list. */
  readonly onMissing: (message: string) => void;
  readonly now: () => number;
}

/** Lists the models of every provider, and the offline one. */
export function createListModels(catalogue: ModelCatalogue, options: ListModelsOptions): ListModels {
  const kept = new Map<string, { until: number; models: readonly ListedModel[] }>();

  const listVendor = async (provider: ProviderName, vendor: Vendor, signal: AbortSignal) => {
    const known = kept.get(provider);
    if (known && known.until > options.now()) return known.models;
    const models = await askVendor(provider, vendor, signal);
    // A name that goes elsewhere when it is asked for would be listed by the wrong provider.
    const own = models.filter(({ card }) => catalogue.resolve(card.id)?.provider === provider);
    kept.set(provider, { until: options.now() + KEEP_MS, models: own });
    return own;
  };

  return async signal => {
    const asked = await Promise.allSettled(
      catalogue.vendors.map(({ provider, vendor }) => listVendor(provider, vendor, signal)),
    );
    const failures = asked.flatMap(result =>
      result.status === 'rejected' ? [messageOf(result.reason)] : [],
    );
    if (failures.length > 0 && failures.length === asked.length)
      throw new ApiError('model_failed', failures.join(' '));
    for (const failure of failures) options.onMissing(failure);
    const offline = toModelCard({ id: OFFLINE_NAME, name: 'Offline model' }, 'tramontane');
    return [
      ...asked.flatMap(result => (result.status === 'fulfilled' ? result.value : [])),
      ...(offline ? [{ provider: 'offline', card: offline }] : []),
    ];
  };
}

async function askVendor(
  provider: ProviderName,
  vendor: Vendor,
  signal: AbortSignal,
): Promise<readonly ListedModel[]> {
  const { url, headers } = vendor.models;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const response = await fetch(url, { headers, signal: limit }).catch((cause: unknown) => {
    throw new Error(`${vendor.title} (${vendor.address}) could not be asked for its models.`, { cause });
  });
  // Some endpoints have no list; their models are known to those who use them.
  if (response.status === 404 || response.status === 405 || response.status === 501) {
    await response.body?.cancel();
    return provider === 'mistral' ? KNOWN_MISTRAL_NAMES.flatMap(id => toListed({ id }, provider)) : [];
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(
      `${vendor.title} (${vendor.address}) answered ${response.status} when asked for its models.`,
    );
  }
  const body: unknown = await response.json().catch((cause: unknown) => {
    throw new Error(`${vendor.title} (${vendor.address}) gave a list of models that cannot be read.`, {
      cause,
    });
  });
  const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined;
  return Array.isArray(data) ? data.flatMap(card => toListed(card, provider)) : [];
}

function toListed(given: unknown, provider: ProviderName): ListedModel[] {
  const card = toModelCard(given, provider);
  return card ? [{ provider, card }] : [];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
