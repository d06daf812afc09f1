import {
  defineTool,
  elicitation,
  inputRequired,
  sampling,
  type ElicitAnswer,
  type Question,
  type Tool,
} from '@tramontane/mcp-server';
import { NOTHING } from './contents.ts';

type Form = ElicitAnswer<Readonly<Record<string, unknown>>>;

const form = (name: string, type = 'string') => ({
  type: 'object',
  properties: { [name]: { type } },
  required: [name],
});
const said = (answer: Form, name: string): string =>
  answer.action === 'accept' ? String(answer.content[name]) : answer.action;

const NAME = { key: 'user_name', message: 'What is your name?', schema: form('name') };
const CONFIRM = { key: 'confirm', message: 'Please confirm', schema: form('ok', 'boolean') };
const sayIn = (maxTokens: number, text: string) => ({
  messages: [{ role: 'user', content: { type: 'text', text } }] as const,
  maxTokens,
});

/** Tools of 2026-07-28 that answer `input_required` first. */
export const inputTools: readonly Tool[] = [
  defineTool({
    name: 'test_input_required_result_elicitation',
    description: 'Asks for a name and greets.',
    input: NOTHING,
    handler: async (_args, { elicit }) => `Hello, ${said(await elicit(NAME), 'name')}!`,
  }),
  defineTool({
    name: 'test_streaming_elicitation',
    description: 'Asks for a name; no request may appear on the stream of its answer.',
    input: NOTHING,
    handler: async (_args, { elicit }) => `Hello, ${said(await elicit(NAME), 'name')}!`,
  }),
  defineTool({
    name: 'test_input_required_result_sampling',
    description: 'Lets the client find a capital.',
    input: NOTHING,
    handler: async (_args, { sample }) => {
      const { content } = await sample({
        key: 'capital_question',
        ...sayIn(100, 'What is the capital of France?'),
      });
      return JSON.stringify(content);
    },
  }),
  defineTool({
    name: 'test_missing_capability',
    description: 'Cannot do without sampling.',
    input: NOTHING,
    handler: async (_args, { sample }) => (await sample(sayIn(10, 'Hello'))).model,
  }),
  defineTool({
    name: 'test_input_required_result_list_roots',
    description: 'Lists the roots of the client.',
    input: NOTHING,
    handler: async (_args, { listRoots }) =>
      (await listRoots({ key: 'client_roots' })).map(({ uri }) => uri).join(', '),
  }),
  defineTool({
    name: 'test_input_required_result_request_state',
    description: 'Carries a state through the client.',
    input: NOTHING,
    handler: (_args, { input }) =>
      input.responses['confirm'] === undefined
        ? inputRequired({ requests: { confirm: elicitation(CONFIRM) }, state: { begun: true } })
        : `state-${(input.state as { begun?: boolean } | undefined)?.begun ? 'ok' : 'lost'}`,
  }),
  defineTool({
    name: 'test_input_required_result_tampered_state',
    description: 'Refuses a state that is not its own.',
    input: NOTHING,
    handler: async (_args, { elicit }) => `Confirmed: ${said(await elicit(CONFIRM), 'ok')}`,
  }),
  defineTool({
    name: 'test_input_required_result_multiple_inputs',
    description: 'Asks three questions at once.',
    input: NOTHING,
    handler: async (_args, { elicit, sample, listRoots }) => {
      const [name, greeting, folders] = await Promise.all([
        elicit(NAME),
        sample({ key: 'greeting', ...sayIn(50, 'Generate a greeting') }),
        listRoots({ key: 'client_roots' }),
      ]);
      return `${said(name, 'name')}: ${JSON.stringify(greeting.content)} in ${folders.length} folders`;
    },
  }),
  defineTool({
    name: 'test_input_required_result_multi_round',
    description: 'Asks two questions, one after the other.',
    input: NOTHING,
    handler: async (_args, { elicit }) => {
      const name = await elicit({
        key: 'step1',
        message: 'Step 1: What is your name?',
        schema: form('name'),
      });
      const color = await elicit({
        key: 'step2',
        message: 'Step 2: What is your favorite color?',
        schema: form('color'),
      });
      return `${said(name, 'name')} likes ${said(color, 'color')}.`;
    },
  }),
  defineTool({
    name: 'test_input_required_result_capabilities',
    description: 'Asks only what the client can answer.',
    input: NOTHING,
    handler: (_args, { client: { capabilities }, input }) => {
      const requests: Record<string, Question> = {
        ...(capabilities['elicitation'] !== undefined && { user_name: elicitation(NAME) }),
        ...(capabilities['sampling'] !== undefined && {
          greeting: sampling(sayIn(50, 'Generate a greeting')),
        }),
      };
      const open = Object.keys(requests).some(key => input.responses[key] === undefined);
      return open
        ? inputRequired({ requests })
        : `Answered: ${Object.keys(requests).join(', ') || 'nothing'}`;
    },
  }),
];
