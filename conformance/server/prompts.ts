import { definePrompt, embeddedResource, image, text, type Prompt } from '@tramontane/mcp-server';
import { PNG } from './contents.ts';

const WORDS = ['testing', 'tests', 'text', 'hello', 'help'];

export const prompts: readonly Prompt[] = [
  definePrompt({
    name: 'test_simple_prompt',
    description: 'One message, no arguments.',
    handler: () => 'This is a simple prompt for testing.',
  }),
  definePrompt({
    name: 'test_prompt_with_arguments',
    description: 'Repeats its arguments.',
    arguments: {
      arg1: {
        description: 'First test argument',
        required: true,
        complete: value => WORDS.filter(word => word.startsWith(value)),
      },
      arg2: { description: 'Second test argument', required: true },
    },
    handler: ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
  }),
  definePrompt({
    name: 'test_prompt_with_embedded_resource',
    description: 'Holds a resource.',
    arguments: { resourceUri: { description: 'URI of the resource to embed', required: true } },
    handler: ({ resourceUri }) => [
      {
        role: 'user',
        content: embeddedResource({
          uri: resourceUri,
          mimeType: 'text/plain',
          text: 'Embedded resource content for testing.',
        }),
      },
      { role: 'user', content: text('Please process the embedded resource above.') },
    ],
  }),
  definePrompt({
    name: 'test_prompt_with_image',
    description: 'Holds an image.',
    handler: () => [
      { role: 'user', content: image(PNG, 'image/png') },
      { role: 'user', content: text('Please analyze the image above.') },
    ],
  }),
  definePrompt({
    name: 'test_input_required_result_prompt',
    description: 'Asks for a context first.',
    handler: async (_values, { elicit }) => {
      const answer = await elicit({
        key: 'user_context',
        message: 'What context should the prompt use?',
        schema: { type: 'object', properties: { context: { type: 'string' } }, required: ['context'] },
      });
      return `Context: ${answer.action === 'accept' ? String(answer.content['context']) : 'none'}`;
    },
  }),
];
