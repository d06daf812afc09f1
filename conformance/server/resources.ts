import { defineResource, type Resource } from '@tramontane/mcp-server';
import { PNG } from './contents.ts';

export const resources: readonly Resource[] = [
  defineResource({
    uri: 'test://static-text',
    name: 'Static text',
    description: 'A text that never changes.',
    mimeType: 'text/plain',
    cache: { ttlMs: 60_000, scope: 'public' },
    read: () => 'This is the content of the static text resource.',
  }),
  defineResource({
    uri: 'test://static-binary',
    name: 'Static binary',
    description: 'An image that never changes.',
    mimeType: 'image/png',
    read: () => Buffer.from(PNG, 'base64'),
  }),
  defineResource({
    uri: 'test://watched-resource',
    name: 'Watched resource',
    description: 'A text to subscribe to.',
    mimeType: 'text/plain',
    read: () => 'Watched resource content.',
  }),
  defineResource({
    uriTemplate: 'test://template/{id}/data',
    name: 'Template',
    description: 'A family of texts.',
    mimeType: 'application/json',
    read: ({ id }) => JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
  }),
];
