import { expect } from 'vitest';
import { type KnownCalls, failed, text } from './call-all.ts';

const image = { type: 'image', mimeType: 'image/png', data: expect.stringMatching(/^iVBORw0KGgo/) };
const gzipOfHello = expect.stringMatching(/^H4sI/);

/** The tools of server-everything that ask nothing of their caller. */
export const EVERYTHING: KnownCalls = {
  echo: { arguments: { message: 'héllo' }, answer: { content: [text('Echo: héllo')] } },
  'get-annotated-message': {
    arguments: { messageType: 'error', includeImage: true },
    answer: {
      content: [
        { ...text('Error: Operation failed'), annotations: { priority: 1, audience: ['user', 'assistant'] } },
        { ...image, annotations: { priority: 0.5, audience: ['user'] } },
      ],
    },
  },
  'get-env': { answer: { content: [text(expect.stringContaining('"PATH"'))] } },
  'get-resource-links': {
    arguments: { count: 2 },
    answer: {
      content: [
        text(expect.stringContaining('2 resource links')),
        { type: 'resource_link', uri: 'demo://resource/dynamic/blob/1' },
        { type: 'resource_link', uri: 'demo://resource/dynamic/text/2', mimeType: 'text/plain' },
      ],
    },
  },
  'get-resource-reference': {
    arguments: { resourceType: 'Text', resourceId: 3 },
    answer: {
      content: [
        text(expect.stringContaining('Resource 3')),
        { type: 'resource', resource: { uri: 'demo://resource/dynamic/text/3', mimeType: 'text/plain' } },
        text(expect.stringContaining('demo://resource/dynamic/text/3')),
      ],
    },
  },
  'get-structured-content': {
    arguments: { location: 'New York' },
    answer: { structuredContent: { temperature: 33, conditions: 'Cloudy', humidity: 82 } },
  },
  'get-sum': { arguments: { a: 2, b: 40 }, answer: { content: [text('The sum of 2 and 40 is 42.')] } },
  'get-tiny-image': { answer: { content: [text(expect.any(String)), image, text(expect.any(String))] } },
  'gzip-file-as-resource': {
    arguments: { name: 'hello.gz', data: 'data:text/plain,hello', outputType: 'resource' },
    answer: {
      content: [{ type: 'resource', resource: { mimeType: 'application/gzip', blob: gzipOfHello } }],
    },
  },
  'simulate-research-query': {
    // It can be called as a task only, which is an experiment of protocol version 2025-11-25.
    arguments: { topic: 'bridges' },
    answer: failed('requires task augmentation'),
  },
  'toggle-simulated-logging': { answer: { content: [text(expect.stringContaining('Started'))] } },
  'toggle-subscriber-updates': { answer: { content: [text(expect.stringContaining('Started'))] } },
  'trigger-long-running-operation': {
    arguments: { duration: 0.1, steps: 4 },
    answer: { content: [text(expect.stringContaining('Steps: 4'))] },
    progress: [1, 2, 3, 4],
  },
};

/** Those that it has for callers who declare that they answer. */
export const EVERYTHING_ASKED: KnownCalls = {
  'get-roots-list': { answer: { content: [text(expect.stringContaining('file:///projects'))] } },
  'trigger-elicitation-request': {
    answer: {
      content: [
        text(expect.stringContaining('User provided')),
        // The answer gives the name alone; the rest are the defaults of the form.
        text(expect.stringMatching(/Name: Ada[^]*Favorite Integer: 42/)),
        text(expect.stringContaining('"action": "accept"')),
      ],
    },
  },
  'trigger-sampling-request': {
    arguments: { prompt: 'Say something.', maxTokens: 20 },
    answer: { content: [text(expect.stringContaining('something'))] },
  },
};
