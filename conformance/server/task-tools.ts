import { defineTool, ToolError, type ElicitAnswer, type Tool } from '@tramontane/mcp-server';
import { NOTHING, pause } from './contents.ts';

type Form = ElicitAnswer<Readonly<Record<string, unknown>>>;

const form = (name: string, type: string) => ({
  type: 'object',
  properties: { [name]: { type } },
  required: [name],
});
const NAME = { key: 'user_name', message: 'What is your name?', schema: form('name', 'string') };
const said = (answer: Form, name: string): string =>
  answer.action === 'accept' ? String(answer.content[name]) : answer.action;

/** Calls that go on after their reply (extension io.modelcontextprotocol/tasks), and one that never does. */
export const taskTools: readonly Tool[] = [
  defineTool<{ name: string }>({
    name: 'greet',
    description: 'Greets, at once.',
    input: form('name', 'string'),
    handler: ({ name }) => `Hello, ${name}!`,
  }),
  defineTool<{ seconds: number; label?: string }>({
    name: 'slow_compute',
    description: 'Takes the given time.',
    input: {
      type: 'object',
      properties: { seconds: { type: 'number', minimum: 0 }, label: { type: 'string' } },
      required: ['seconds'],
    },
    task: 'optional',
    timeoutMs: 120_000,
    handler: async ({ seconds, label = 'it' }, { signal, progress }) => {
      const steps = Math.ceil(seconds * 20);
      for (let step = 0; step < steps; step += 1) {
        progress(step, steps);
        await pause(signal);
      }
      return `Computed ${label} in ${seconds} s.`;
    },
  }),
  defineTool({
    name: 'failing_job',
    description: 'Fails after a second.',
    input: NOTHING,
    task: 'required',
    handler: async (_args, { signal }) => {
      for (let step = 0; step < 20; step += 1) await pause(signal);
      throw new ToolError('The job failed, as it always does.');
    },
  }),
  defineTool({
    name: 'protocol_error_job',
    description: 'Breaks, so that there is no result.',
    input: NOTHING,
    task: 'optional',
    handler: () => {
      throw new Error('Broken on purpose.');
    },
  }),
  defineTool<{ filename: string }>({
    name: 'confirm_delete',
    description: 'Asks before it deletes, which it does not.',
    input: form('filename', 'string'),
    task: 'optional',
    handler: async ({ filename }, { elicit }) => {
      const answer = await elicit({ message: `Delete ${filename}?`, schema: form('confirm', 'boolean') });
      return said(answer, 'confirm') === 'true' ? `Deleted ${filename}.` : `Kept ${filename}.`;
    },
  }),
  defineTool({
    name: 'multi_input',
    description: 'Asks two questions at once.',
    input: NOTHING,
    task: 'optional',
    handler: async (_args, { elicit }) => {
      const [name, confirmed] = await Promise.all([
        elicit({ key: 'name', message: 'Your name?', schema: form('name', 'string') }),
        elicit({ key: 'confirm', message: 'Are you sure?', schema: form('confirm', 'boolean') }),
      ]);
      return `${said(name, 'name')}: ${said(confirmed, 'confirm')}`;
    },
  }),
  defineTool({
    name: 'test_tool_with_task',
    description: 'Asks for a name in the call, and greets in a task.',
    input: NOTHING,
    task: 'required',
    beforeTask: async (_args, { elicit }) => void (await elicit(NAME)),
    handler: async (_args, { elicit }) => `Hello, ${said(await elicit(NAME), 'name')}!`,
  }),
];
