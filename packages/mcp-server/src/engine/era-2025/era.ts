import type { ToolOutcome } from '../../call-tool.ts';
import type { PublishedTool } from '../../definition/compile-tool.ts';
import type { Failed } from '../../failure.ts';
import { andThen } from '../../maybe-promise.ts';
import type { RequestMeta } from '../../request-meta.ts';
import { handleComplete } from '../completion.ts';
import { toKept, type Answer, type Era, type Method } from '../era.ts';
import { internalError, toFault, toNotFound } from '../faults.ts';
import { refuseCursor, toPages } from '../pages.ts';
import { handlePromptGet, handleRead, handleToolCall, type Asked } from '../requests.ts';
import { isRecord, RPC, type Params } from '../rpc.ts';
import { createToolViews } from '../tool-views.ts';
import { hasCompletions, hasResources, type ServerModel } from '../server-model.ts';
import { writeValue } from '../era-2026/results.ts';
import { DIALECT_2025 } from './dialect.ts';
import { createInitialize } from './initialize.ts';
import { createSubscribe, inSession, setLevel, unsubscribe } from './session-methods.ts';

/**
 * The 2025 generation. With `meta.session` everything of it; without, each request stands alone, and what would have
 * to be remembered or sent later is not there.
 */
export function createEra2025(model: ServerModel): Era {
  const { catalogue, pageSize } = model;
  const list = (name: string, entries: readonly object[]): Method => {
    const pages = new Map<unknown, Answer>();
    for (const [cursor, page] of toPages(name, entries, pageSize)) pages.set(cursor, toKept(`{${page}}`));
    return params => pages.get(params['cursor']) ?? { fault: refuseCursor(params) };
  };
  const methods = new Map<string, Method>([
    ['initialize', createInitialize(model)],
    ['ping', () => ({ result: '{}' })],
    ['logging/setLevel', inSession(setLevel)],
  ]);
  if (catalogue.tools.size > 0) {
    const views = createToolViews(catalogue, tools => list('tools', tools.map(toLegacyTool)));
    methods.set('tools/list', (params, meta, id) => views(meta)(params, meta, id));
    methods.set('tools/call', (params, meta) =>
      andThen(handleToolCall(model, toAsked(params, meta)), called =>
        'fault' in called ? called : toToolAnswer(called.outcome),
      ),
    );
  }
  if (catalogue.prompts.size > 0) {
    const prompts = [...catalogue.prompts.values()].map(prompt => prompt.published);
    methods.set('prompts/list', list('prompts', prompts));
    methods.set('prompts/get', async (params, meta) => {
      const got = await handlePromptGet(model, toAsked(params, meta));
      if ('fault' in got) return got;
      const { outcome } = got;
      if (outcome.kind === 'prompt') return { result: JSON.stringify(outcome.result) };
      return outcome.kind === 'failed' ? toLegacyFault(outcome) : NOT_ASKED;
    });
  }
  if (hasResources(catalogue)) {
    const { resources, templates } = catalogue;
    methods.set(
      'resources/list',
      list(
        'resources',
        resources.map(({ published }) => published),
      ),
    );
    methods.set(
      'resources/templates/list',
      list(
        'resourceTemplates',
        templates.map(({ published }) => published),
      ),
    );
    methods.set('resources/read', async (params, meta) => {
      const read = await handleRead(model, toAsked(params, meta));
      if ('fault' in read) return read;
      const { outcome } = read;
      if (outcome.kind === 'contents') return { result: JSON.stringify({ contents: outcome.contents }) };
      if (outcome.kind === 'not_found') return { fault: toNotFound(RPC.resourceNotFound, params['uri']) };
      return outcome.kind === 'failed' ? toLegacyFault(outcome) : NOT_ASKED;
    });
    methods.set('resources/subscribe', inSession(createSubscribe(model)));
    methods.set('resources/unsubscribe', inSession(unsubscribe));
  }
  if (hasCompletions(catalogue)) {
    methods.set('completion/complete', async (params, meta) => {
      const completed = await handleComplete(model, params, meta);
      return 'fault' in completed ? completed : { result: JSON.stringify(completed) };
    });
  }
  return { admit: () => undefined, methods, unknownMethodStatus: 200 };
}

/** This era's dialect asks at once, so a question that was not asked is the kit's own mistake. */
const NOT_ASKED: Answer = { fault: internalError('A question could not be asked.') };

function toAsked(params: Params, meta: RequestMeta): Asked {
  return { params, meta, dialect: DIALECT_2025, dialogue: undefined };
}

/** Only objects are structured content in this era; a schema of anything else would make clients refuse the tool. */
function toLegacyTool({ outputSchema, ...tool }: PublishedTool): object {
  return outputSchema?.['type'] === 'object' ? { ...tool, outputSchema } : tool;
}

function toToolAnswer(outcome: ToolOutcome): Answer {
  if (outcome.kind === 'input_needed') return NOT_ASKED;
  if (outcome.kind === 'failed') {
    if (outcome.failure === 'unknown' || outcome.failure === 'insufficient_scope')
      return { fault: toFault(outcome) };
    const content = [{ type: 'text', text: outcome.message }];
    return { result: JSON.stringify({ content, isError: true, _meta: outcome.meta }) };
  }
  const { result, valueJson } = outcome;
  const { content, structuredContent, isError, _meta } = result;
  if (valueJson !== undefined) {
    const structured = isRecord(structuredContent) ? `,"structuredContent":${valueJson}` : '';
    return { result: `{${writeValue(valueJson)}${structured}}` };
  }
  return {
    result: JSON.stringify({
      content,
      structuredContent: isRecord(structuredContent) ? structuredContent : undefined,
      isError,
      _meta,
    }),
  };
}

/** The code for missing capabilities is not of this era. */
function toLegacyFault(failed: Failed): Answer {
  return failed.failure === 'capability_missing'
    ? { fault: internalError(failed.message) }
    : { fault: toFault(failed) };
}
