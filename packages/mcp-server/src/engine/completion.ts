import { runWithin } from '../call-scope.ts';
import type { Catalogue } from '../definition/catalogue.ts';
import type { Complete } from '../definition/complete.ts';
import { INTERNAL_ERROR } from '../failure.ts';
import { quote } from '../quote.ts';
import type { RequestMeta } from '../request-meta.ts';
import { internalError, invalidParams } from './faults.ts';
import { isRecord, type Fault, type Params } from './rpc.ts';
import type { ServerModel } from './server-model.ts';

/** People are typing: later than this nobody looks at a suggestion. */
const COMPLETE_MS = 10_000;
const MOST_VALUES = 100;

export interface Completion {
  readonly values: readonly string[];
  readonly total?: number;
  readonly hasMore?: boolean;
}

/** `completion/complete` of either era (MCP 2026-07-28, server/utilities/completion). */
export async function handleComplete(
  { catalogue, log }: ServerModel,
  params: Params,
  meta: RequestMeta,
): Promise<{ readonly fault: Fault } | { readonly completion: Completion }> {
  const { ref, argument, context } = params;
  if (!isRecord(argument) || typeof argument['name'] !== 'string' || typeof argument['value'] !== 'string') {
    return { fault: invalidParams('"argument" must be an object with "name" and "value", both strings.') };
  }
  const { name, value } = argument;
  const completes = isRecord(ref) ? findCompletes(catalogue, ref) : undefined;
  if (completes === undefined) {
    return { fault: invalidParams('"ref" must name a prompt or a resource template of this server.') };
  }
  const complete = completes.get(name);
  if (complete === undefined) return { completion: { values: [] } };
  const chosen = isRecord(context) ? toStrings(context['arguments']) : {};
  try {
    const ending = await runWithin(COMPLETE_MS, meta, async ({ signal }) =>
      complete(value, { signal, arguments: chosen }),
    );
    return { completion: ending.kind === 'done' ? toCompletion(ending.value) : { values: [] } };
  } catch (error) {
    log.error({ requestId: meta.requestId, err: error }, `Completing ${quote(name)} failed.`);
    return { fault: internalError(INTERNAL_ERROR) };
  }
}

function findCompletes(catalogue: Catalogue, ref: Params): ReadonlyMap<string, Complete> | undefined {
  if (ref['type'] === 'ref/prompt') return catalogue.prompts.get(String(ref['name']))?.completes;
  if (ref['type'] !== 'ref/resource') return undefined;
  return catalogue.templates.find(({ uriTemplate }) => uriTemplate === ref['uri'])?.completes;
}

function toCompletion(values: readonly string[]): Completion {
  if (values.length <= MOST_VALUES) return { values };
  return { values: values.slice(0, MOST_VALUES), total: values.length, hasMore: true };
}

function toStrings(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
