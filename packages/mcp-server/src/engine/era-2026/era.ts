import { andThen } from '../../maybe-promise.ts';
import type { CompiledTask } from '../../definition/compile-tool.ts';
import type { RequestMeta } from '../../request-meta.ts';
import { handleComplete } from '../completion.ts';
import type { Era, Method } from '../era.ts';
import { toPages } from '../pages.ts';
import { handlePromptGet, handleRead, handleToolCall, parseToolCall } from '../requests.ts';
import type { Params } from '../rpc.ts';
import { callAsTask, type CallAnswers } from '../../tasks/call-as-task.ts';
import { createTaskMethods } from '../../tasks/task-methods.ts';
import { createSkillMethods, type SkillAnswers } from '../../skills/skill-methods.ts';
import { SKILLS_EXTENSION } from '../../skills/skill.ts';
import { declaresTasks, TASKS_EXTENSION } from '../../tasks/task.ts';
import { hasCompletions, hasResources, hasTasks, toCapabilities, type ServerModel } from '../server-model.ts';
import { createToolViews } from '../tool-views.ts';
import { checkToolHeaders, toAsked } from './asked.ts';
import { toCacheable } from './cacheable.ts';
import { admitRequest, MODERN_VERSIONS, readClient } from './envelope.ts';
import { createListen } from './listen.ts';
import { createToolAnswer, toInputAnswer, toPromptAnswer, toReadAnswer } from './results.ts';

const SERVER_INFO_KEY = 'io.modelcontextprotocol/serverInfo';

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
  const ask = (params: Params, meta: RequestMeta, method: string) => toAsked(method, params, meta, model);

  const methods = new Map<string, Method>([
    ['server/discover', toCacheable([[undefined, discover]], about, model)],
    ['subscriptions/listen', createListen(model, about)],
  ]);
  if (catalogue.tools.size > 0) {
    const differ = [...catalogue.tools.values()].some(({ scopes }) => scopes.length > 0);
    const views = createToolViews(catalogue, tools =>
      toCacheable([...toPages('tools', tools, pageSize)], about, model, differ),
    );
    methods.set('tools/list', (params, meta, id) => views(meta)(params, meta, id));
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
  if (catalogue.skills.entries.size > 0) {
    const toPage: SkillAnswers['toCacheable'] = pages => toCacheable(pages, about, model);
    const answers = { pageSize, about, toCacheable: toPage };
    for (const [name, method] of createSkillMethods(catalogue.skills, answers)) methods.set(name, method);
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

function toExtensions({ catalogue }: ServerModel): object {
  const extensions = {
    ...(hasTasks(catalogue) && { [TASKS_EXTENSION]: {} }),
    ...(catalogue.skills.entries.size > 0 && { [SKILLS_EXTENSION]: { directoryRead: true } }),
  };
  return Object.keys(extensions).length > 0 ? { extensions } : {};
}

/** For a call that becomes a task: the tool can, and the client said in this very request that it can. */
function findTask({ catalogue }: ServerModel, params: Params): CompiledTask | undefined {
  const task = catalogue.tools.get(params['name'] as string)?.task;
  return task && declaresTasks(readClient(params).capabilities) ? task : undefined;
}
