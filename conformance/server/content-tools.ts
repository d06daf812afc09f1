import {
  audio,
  defineTool,
  embeddedResource,
  image,
  text,
  ToolError,
  type Tool,
} from '@tramontane/mcp-server';
import { NOTHING, pause, PNG, WAV } from './contents.ts';

/** Every kind of content a tool can answer with, and what it can tell on the way. */
export const contentTools: readonly Tool[] = [
  defineTool({
    name: 'test_simple_text',
    description: 'Answers with one text.',
    input: NOTHING,
    handler: () => 'This is a simple text response for testing.',
  }),
  defineTool({
    name: 'test_image_content',
    description: 'Answers with one image.',
    input: NOTHING,
    handler: () => image(PNG, 'image/png'),
  }),
  defineTool({
    name: 'test_audio_content',
    description: 'Answers with one sound.',
    input: NOTHING,
    handler: () => audio(WAV, 'audio/wav'),
  }),
  defineTool({
    name: 'test_embedded_resource',
    description: 'Answers with a resource inside.',
    input: NOTHING,
    handler: () =>
      embeddedResource({
        uri: 'test://embedded-resource',
        mimeType: 'text/plain',
        text: 'This is an embedded resource content.',
      }),
  }),
  defineTool({
    name: 'test_multiple_content_types',
    description: 'Answers with text, an image and a resource.',
    input: NOTHING,
    handler: () => [
      text('Multiple content types test:'),
      image(PNG, 'image/png'),
      embeddedResource({
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: '{"test":"data","value":123}',
      }),
    ],
  }),
  defineTool({
    name: 'test_error_handling',
    description: 'Fails always.',
    input: NOTHING,
    handler: () => {
      throw new ToolError('This tool intentionally returns an error for testing');
    },
  }),
  defineTool({
    name: 'test_tool_with_progress',
    description: 'Tells how far it is: 0, 50 and 100 of 100.',
    input: NOTHING,
    handler: async (_args, { progress, signal }) => {
      progress(0, 100);
      await pause(signal);
      progress(50, 100);
      await pause(signal);
      progress(100, 100);
      return 'Done.';
    },
  }),
  defineTool({
    name: 'test_tool_with_logging',
    description: 'Writes three log messages.',
    input: NOTHING,
    handler: async (_args, { log, signal }) => {
      log.info({}, 'Tool execution started');
      await pause(signal);
      log.info({}, 'Tool processing data');
      await pause(signal);
      log.info({}, 'Tool execution completed');
      return 'Logged.';
    },
  }),
  defineTool({
    name: 'test_logging_tool',
    description: 'Logs; the client sees it only if it asked for log messages.',
    input: NOTHING,
    handler: (_args, { log }) => {
      log.info({}, 'A line');
      return 'Logged.';
    },
  }),
  defineTool({
    name: 'test_reconnection',
    description: 'Closes the stream of its call; the answer comes when the client is back.',
    input: NOTHING,
    handler: async (_args, { closeStream, signal }) => {
      closeStream();
      await pause(signal);
      return 'Reconnection test completed.';
    },
  }),
  defineTool({
    name: 'test_x_mcp_header',
    description: 'Takes a region that is repeated in a header.',
    input: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } },
    handler: ({ region }) => `Region: ${String(region)}`,
  }),
  defineTool({
    name: 'json_schema_2020_12_tool',
    description: 'Has a schema with the words of JSON Schema 2020-12.',
    input: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: {
          $anchor: 'addressDef',
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } },
        },
      },
      properties: {
        name: { type: 'string' },
        address: { $ref: '#/$defs/address' },
        contactMethod: { type: 'string', enum: ['phone', 'email'] },
        phone: { type: 'string' },
        email: { type: 'string' },
      },
      allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
      if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
      // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
      then: { required: ['phone'] },
      else: { required: ['email'] },
      additionalProperties: false,
    },
    handler: args => `Got ${Object.keys(args).join(', ')}.`,
  }),
];
