import type { Dialect, Dialogue } from '../../asking/dialogue.ts';
import { isRecord } from '../rpc.ts';
import { andThen } from '../../maybe-promise.ts';
import type { CompiledTask } from '../../definition/compile-tool.ts';
import type { RequestMeta } from '../../request-meta.ts';
import { handleComplete } from '../completion.ts';
import type { Answer, Era, Method } from '../era.ts';
import { refuseCursor, toPages } from '../pages.ts';
import { handlePromptGet, handleRead, handleToolCall, parseToolCall, type Asked } from '../requests.ts';
import type { Fault, Params } from '../rpc.ts';
import { callAsTask, type CallAnswers } from '../../tasks/call-as-task.ts';
import { createTaskMethods } from '../../tasks/task-methods.ts';
import { declaresTasks, TASKS_EXTENSION } from '../../tasks/task.ts';
import { hasCompletions, hasResources, hasTasks, toCapabilities, type ServerModel } from '../server-model.ts';
import { openDialogue, toFirstDialogue } from './dialogue.ts';
import { admitRequest, MODERN_VERSIONS, readClient, readLogLevel } from './envelope.ts';
import { checkParamHeaders } from './headers.ts';
import { createListen } from './listen.ts';
import { createToolAnswer, toInputAnswer, toPromptAnswer, toReadAnswer } from './results.ts';

const SERVER_INFO_KEY = 'io.modelcontextprotocol/serverInfo';

/** Changes are announced to who listens; a client that does not, or missed a restart, is wrong for this long. */
const LIST_TTL_MS = 60_000;

const DIALECT: Dialect = {
  readClient,
  readLogLevel,
  openDialogue: params => toFirstDialogue(readClient(params)),
};

export function createEra2026(model: ServerModel): Era {
  const { catalogue, identity, instructions, pageSize, sealer } = model;
  const about = { [SERVER_INFO_KEY]: identity };
  const list = (name: string, entries: readonly object[]): Method =>
    toCacheable([...toPages(name, entries, pageSize)], about, model);
  const discover = JSON.stringify({
    supportedVersions: MODERN_VERSIONS,
    capabilities: { ...toCapabilities(catalogue, true), ...toExtensions(model) },
    ...(instructions !== undefined && { instructions }),
  }).slice(1, -1);
  /** Runs a handler; the answer is written by the method, or `input_required` here. */
  const ask = (params: Params, meta: RequestMeta, method: string): Asked | { readonly fault: Fault } => {
    const dialogue = openGiven(method, params, meta, model);
    if (dialogue !== undefined && 'fault' in dialogue) return dialogue;
    return { params, meta, dialect: DIALECT, dialogue };
  };

  const methods = new Map<string, Method>([
    ['server/discover', toCacheable([[undefined, discover]], about, model)],
    ['subscriptions/listen', createListen(model, about)],
  ]);
  if (catalogue.tools.size > 0) {
    const tools = [...catalogue.tools.values()].map(tool => tool.published);
    methods.set('tools/list', list('tools', tools));
    const toToolAnswer = createToolAnswer(about);
    methods.set('tools/call', (params, meta) => {
      const mismatch = checkToolHeaders(model, params, meta);
      if (mismatch) return { fault: mismatch };
      const asked = ask(params, meta, 'tools/call');
      if ('fault' in asked) return asked;
      const task = findTask(model, params);
      if (task) {
        const call = parseToolCall(asked);
        if ('fault' in call) return call;
        const toQuestions: CallAnswers['toQuestions'] = needed =>
          toInputAnswer(needed, 'tools/call', asked, sealer, about);
        return callAsTask(model, task, call, { about, toResult: toToolAnswer, toQuestions });
      }
      return andThen(handleToolCall(model, asked), called => {
        if ('fault' in called) return called;
        const { outcome } = called;
        if (outcome.kind === 'input_needed')
          return toInputAnswer(outcome, 'tools/call', asked, sealer, about);
        return toToolAnswer(outcome);
      });
    });
  }
  if (hasTasks(catalogue)) {
    for (const [name, method] of createTaskMethods(model.tasks, about)) methods.set(name, method);
  }
  if (catalogue.prompts.size > 0) {
    const prompts = [...catalogue.prompts.values()].map(prompt => prompt.published);
    methods.set('prompts/list', list('prompts', prompts));
    methods.set('prompts/get', async (params, meta) => {
      const asked = ask(params, meta, 'prompts/get');
      if ('fault' in asked) return asked;
      const got = await handlePromptGet(model, asked);
      if ('fault' in got) return got;
      const { outcome } = got;
      if (outcome.kind === 'input_needed') return toInputAnswer(outcome, 'prompts/get', asked, sealer, about);
      return toPromptAnswer(outcome, about);
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
      const asked = ask(params, meta, 'resources/read');
      if ('fault' in asked) return asked;
      const read = await handleRead(model, asked);
      if ('fault' in read) return read;
      const { outcome } = read;
      if (outcome.kind === 'input_needed')
        return toInputAnswer(outcome, 'resources/read', asked, sealer, about);
      return toReadAnswer(outcome, params['uri'], about);
    });
  }
  if (hasCompletions(catalogue)) {
    methods.set('completion/complete', async (params, meta) => {
      const completed = await handleComplete(model, params, meta);
      if ('fault' in completed) return completed;
      return { result: JSON.stringify({ resultType: 'complete', ...completed, _meta: about }) };
    });
  }
  return { admit: admitRequest, methods, unknownMethodStatus: 404 };
}

/** Most requests are the first of their kind and bring nothing. */
function openGiven(
  method: string,
  params: Params,
  meta: RequestMeta,
  { sealer }: ServerModel,
): Dialogue | { readonly fault: Fault } | undefined {
  if (params['inputResponses'] === undefined && params['requestState'] === undefined) return undefined;
  return openDialogue(method, params, meta, readClient(params), sealer);
}

function toExtensions({ catalogue }: ServerModel): object {
  return hasTasks(catalogue) ? { extensions: { [TASKS_EXTENSION]: {} } } : {};
}

/** For a call that becomes a task: the tool can, and the client said in this very request that it can. */
function findTask({ catalogue }: ServerModel, params: Params): CompiledTask | undefined {
  const task = catalogue.tools.get(params['name'] as string)?.task;
  return task && declaresTasks(readClient(params).capabilities) ? task : undefined;
}

function checkToolHeaders(
  { catalogue }: ServerModel,
  params: Params,
  { header }: RequestMeta,
): Fault | undefined {
  if (header === undefined) return undefined;
  const tool = catalogue.tools.get(params['name'] as string);
  if (tool === undefined || tool.paramHeaders.length === 0) return undefined;
  const { arguments: args } = params;
  return checkParamHeaders(header, tool.paramHeaders, isRecord(args) ? args : {});
}

/**
 * Completes results that may be cached (server/utilities/caching). Behind authentication they are kept per caller: the
 * same for all of them, but not for those who were let in by nobody.
 */
function toCacheable(
  pages: readonly (readonly [unknown, string])[],
  about: object,
  { listCache }: ServerModel,
): Method {
  const write = (scope: string): ReadonlyMap<unknown, Answer> => {
    const { ttlMs = LIST_TTL_MS, scope: cacheScope = scope } = listCache ?? {};
    const tail = `,"ttlMs":${ttlMs},"cacheScope":"${cacheScope}","_meta":${JSON.stringify(about)}}`;
    return new Map(
      pages.map(([cursor, page]) => [cursor, { result: `{"resultType":"complete",${page}${tail}` }]),
    );
  };
  const open = write('public');
  const guarded = write('private');
  return (params, meta) =>
    (meta.auth ? guarded : open).get(params['cursor']) ?? { fault: refuseCursor(params) };
}
