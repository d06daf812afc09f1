import { defineTool, type Tool } from '@tramontane/mcp-server';
import { NOTHING } from './contents.ts';

const field = (name: string, type = 'string') => ({
  type: 'object',
  properties: { [name]: { type } },
  required: [name],
});

/** What sessions of 2025 are asked. */
export const askingTools: readonly Tool[] = [
  defineTool<{ prompt: string }>({
    name: 'test_sampling',
    description: 'Lets the model of the client answer.',
    input: field('prompt'),
    handler: async ({ prompt }, { sample }) => {
      const { content } = await sample({
        messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
        maxTokens: 100,
      });
      return `LLM response: ${'text' in content ? String(content.text) : JSON.stringify(content)}`;
    },
  }),
  defineTool<{ message: string }>({
    name: 'test_elicitation',
    description: 'Asks the user.',
    input: field('message'),
    handler: async ({ message }, { elicit }) => {
      const answer = await elicit({
        message,
        schema: {
          type: 'object',
          properties: {
            username: { type: 'string', description: "User's response" },
            email: { type: 'string', description: "User's email address" },
          },
          required: ['username', 'email'],
        },
      });
      return `User response: ${describe(answer)}`;
    },
  }),
  defineTool({
    name: 'test_elicitation_sep1034_defaults',
    description: 'Asks with a default in every field.',
    input: NOTHING,
    handler: async (_args, { elicit }) => {
      const answer = await elicit({
        message: 'Please review your settings.',
        schema: {
          type: 'object',
          properties: {
            name: { type: 'string', default: 'John Doe' },
            age: { type: 'integer', default: 30 },
            score: { type: 'number', default: 95.5 },
            status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
            verified: { type: 'boolean', default: true },
          },
          required: [],
        },
      });
      return `Elicitation completed: ${describe(answer)}`;
    },
  }),
  defineTool({
    name: 'test_elicitation_sep1330_enums',
    description: 'Asks with every form of a choice.',
    input: NOTHING,
    handler: async (_args, { elicit }) => {
      const answer = await elicit({ message: 'Please choose.', schema: CHOICES });
      return `Elicitation completed: ${describe(answer)}`;
    },
  }),
];

const OPTIONS = ['option1', 'option2', 'option3'];
const titled = (titles: readonly string[]) =>
  titles.map((title, index) => ({ const: `value${index + 1}`, title }));

const CHOICES = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: OPTIONS },
    titledSingle: { type: 'string', oneOf: titled(['First Option', 'Second Option', 'Third Option']) },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
    titledMulti: {
      type: 'array',
      items: { anyOf: titled(['First Choice', 'Second Choice', 'Third Choice']) },
    },
  },
  required: [],
};

function describe(answer: { readonly action: string; readonly content?: unknown }): string {
  return `action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`;
}
