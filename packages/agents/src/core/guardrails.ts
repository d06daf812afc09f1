import { textOf, type Entry } from '@tramontane/engine';
import type { Guardrail } from '@tramontane/wire';
import { ApiError } from './api-error.ts';
import { textOfDocument } from './text-document.ts';

/** What a moderation model says of one text. */
export interface Verdict {
  /** What the model itself takes for a violation, by category. */
  readonly categories: Readonly<Record<string, boolean>>;
  /** From 0 to 1, by category. */
  readonly scores: Readonly<Record<string, number>>;
}

/** Asks a moderation model, one verdict a text. Rejects with an Error in words for people when it gives none. */
export type Moderate = (
  model: string,
  texts: readonly string[],
  signal: AbortSignal,
) => Promise<readonly Verdict[]>;

/** An element of a response's `guardrails`: what each check found, by its name. */
export type GuardrailResult = Record<string, unknown>;

/** The checks of what goes into a model (API reference, guardrails). */
export interface Guardrails {
  /** @throws ApiError `not_supported` when there are guardrails and no model that could enforce them. */
  refuseUnenforceable(guardrails: readonly Guardrail[] | null | undefined): void;
  /**
   * What the guardrails find in the users' texts among these entries; undefined without guardrails.
   * @throws ApiError `guardrail_blocked`, or `guardrail_failed` where a check that fails is to block.
   */
  check(
    guardrails: readonly Guardrail[] | null | undefined,
    inputs: readonly Entry[],
    signal: AbortSignal,
  ): Promise<GuardrailResult[] | undefined>;
}

const CHECKS = [
  ['moderation_llm_v1', 'mistral-moderation-2411'],
  ['moderation_llm_v2', 'mistral-moderation-2603'],
] as const;
type CheckName = (typeof CHECKS)[number][0];
type Moderation = NonNullable<Guardrail[CheckName]>;

export function createGuardrails(ports: {
  readonly moderate?: Moderate;
  /** A check that failed and does not block: the message says why. */
  readonly onFailed: (message: string) => void;
}): Guardrails {
  const refuseUnenforceable: Guardrails['refuseUnenforceable'] = guardrails => {
    if (!guardrails?.length || ports.moderate) return;
    throw new ApiError(
      'not_supported',
      'guardrails cannot be enforced: no moderation model is configured. Leave them out, or have MISTRAL_API_KEY or ' +
        'TRAMONTANE_MODERATION_BASE_URL set on the server.',
      { param: 'guardrails' },
    );
  };

  const checkOne = async (
    moderate: Moderate,
    check: { name: CheckName; model: string; settings: Moderation; blockOnError: boolean },
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<GuardrailResult> => {
    let verdicts: readonly Verdict[];
    try {
      verdicts = texts.length === 0 ? [] : await moderate(check.model, texts, signal);
    } catch (error) {
      signal.throwIfAborted();
      const message = error instanceof Error ? error.message : String(error);
      if (check.blockOnError) {
        const says = `The guardrail ${check.name} could not check the input, and is set to block then. ${message}`;
        throw new ApiError('guardrail_failed', says, { param: 'guardrails' });
      }
      ports.onFailed(`The guardrail ${check.name} could not check an input, which went on. ${message}`);
      return { [check.name]: { action: 'none', categories: {}, error: message } };
    }
    const categories = judge(verdicts, check.settings);
    const violated = Object.keys(categories).filter(name => categories[name]?.violated);
    if (violated.length > 0 && check.settings.action === 'block') {
      const says = `The input was blocked by the guardrail ${check.name}: ${violated.join(', ')}.`;
      throw new ApiError('guardrail_blocked', says, { param: 'guardrails' });
    }
    return { [check.name]: { action: 'none', categories } };
  };

  return {
    refuseUnenforceable,
    async check(guardrails, inputs, signal) {
      refuseUnenforceable(guardrails);
      const { moderate } = ports;
      if (!guardrails?.length || !moderate) return undefined;
      const texts = textsOf(inputs);
      const results = guardrails.map(async guardrail => {
        const found = CHECKS.flatMap(([name, fallback]) => {
          const settings = guardrail[name];
          if (!settings) return [];
          const model = settings.model_name ?? fallback;
          return [{ name, model, settings, blockOnError: guardrail.block_on_error ?? false }];
        });
        const checked = await Promise.all(found.map(one => checkOne(moderate, one, texts, signal)));
        return Object.assign({}, ...checked) as GuardrailResult;
      });
      return await Promise.all(results);
    },
  };
}

/** What users say, and the text documents they add. What models and tools say is not input. */
function textsOf(inputs: readonly Entry[]): string[] {
  return inputs.flatMap(entry => {
    if (entry.kind !== 'message.input' || entry.role !== 'user') return [];
    const chunks = typeof entry.content === 'string' ? [] : entry.content;
    const documents = chunks.flatMap(chunk =>
      'url' in chunk && chunk.url ? (textOfDocument(chunk.url) ?? []) : [],
    );
    const text = [textOf(entry.content), ...documents].join('\n');
    return text.trim() === '' ? [] : [text];
  });
}

/** The worst of all texts, by category. A threshold of one's own decides instead of the model; 1 switches its category off. */
function judge(
  verdicts: readonly Verdict[],
  settings: Moderation,
): Record<string, { score: number; violated: boolean }> {
  const thresholds = new Map(
    Object.entries<number | null | undefined>(settings.custom_category_thresholds ?? {}).flatMap(
      ([name, threshold]) => (threshold == null ? [] : [[name, threshold] as const]),
    ),
  );
  const names = new Set(verdicts.flatMap(({ scores }) => Object.keys(scores)));
  const found: Record<string, { score: number; violated: boolean }> = {};
  for (const name of names) {
    const threshold = thresholds.get(name);
    if (threshold === undefined && settings.ignore_other_categories) continue;
    const score = Math.max(...verdicts.map(({ scores }) => scores[name] ?? 0));
    const violated =
      threshold === undefined
        ? verdicts.some(({ categories }) => categories[name] === true)
        : threshold < 1 && score >= threshold;
    found[name] = { score, violated };
  }
  return found;
}
