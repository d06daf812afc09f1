import { expect, it } from 'vitest';
import { toWireToolAnswer } from './to-wire-tool.ts';

it.each(['../..', 'a name', 'x'.repeat(9), 'docs://a\0'])('a resource at %j goes as text', uri => {
  const link = { type: 'resource_link', name: 'n', uri } as const;
  const resource = { type: 'resource', resource: { uri, text: 't' } } as const;
  const sound = { type: 'resource_link', name: 'n', uri: 'docs://a' } as const;
  const { content } = toWireToolAnswer({ isError: false, content: [link, resource, sound] });
  expect(content).toEqual([
    { type: 'text', text: JSON.stringify(link) },
    { type: 'text', text: JSON.stringify(resource) },
    sound,
  ]);
});
