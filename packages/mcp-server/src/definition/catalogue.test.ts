import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { KitError } from '../kit-error.ts';
import type { Log } from '../log.ts';
import { compileCatalogue } from './catalogue.ts';
import { defineResource } from './define-resource.ts';
import { defineTool } from './define-tool.ts';

const warnings: string[] = [];
const drop = (): void => {};
const log: Log = { debug: drop, info: drop, warn: (_fields, message) => warnings.push(message), error: drop };

const tool = (changes: object = {}) => ({
  ...defineTool({
    name: 'add',
    description: 'Adds.',
    input: z.object({ a: z.number() }),
    handler: ({ a }) => a,
  }),
  ...changes,
});
const resource = (changes: object = {}) => ({
  ...defineResource({ uri: 'docs://a', name: 'a', description: 'A.', read: () => 'a' }),
  ...changes,
});

describe('compileCatalogue', () => {
  it.each([
    [[tool(), tool()], /Tool "add" is defined twice/],
    [[tool({ name: 'has space' })], /Tool "has space" has a name that clients refuse/],
    [[tool({ name: '' })], /has a name that clients refuse/],
    [[tool({ name: 'x'.repeat(65) })], /has a name that clients refuse/],
    [[tool({ description: ' ' })], /Tool "add" has no description/],
    [[tool({ input: z.string() })], /Tool "add" takes an input that is not an object/],
    [[tool({ input: { type: 'array' } })], /Tool "add" takes an input that is not an object/],
    [
      [tool({ input: { type: 'object', $ref: 'https://example.com/x' } })],
      /Tool "add": input: its JSON Schema/,
    ],
    [[tool({ output: { type: 'nonsense' } })], /Tool "add": output: its JSON Schema/],
    [[tool({ timeoutMs: 0 })], /Tool "add" has a timeoutMs of 0/],
    [[tool({ timeoutMs: Infinity })], /Tool "add" has a timeoutMs of Infinity/],
  ])('refuses tools that cannot work (%#)', (tools, message) => {
    expect(() => compileCatalogue(tools, [], log)).toThrow(message);
    expect(() => compileCatalogue(tools, [], log)).toThrow(KitError);
  });

  it.each([
    [[resource(), resource()], /Resource docs:\/\/a is defined twice/],
    [[resource({ uri: 'no uri' })], /has no valid URI/],
    [[resource({ name: '' })], /has no name/],
    [
      [defineResource({ uriTemplate: 'docs://{?q}', name: 'q', description: 'Q.', read: () => 'q' })],
      /only \{name\}/,
    ],
  ])('refuses resources that cannot work (%#)', (resources, message) => {
    expect(() => compileCatalogue([], resources, log)).toThrow(message);
  });

  it('warns of a resource without a description', () => {
    warnings.length = 0;
    compileCatalogue([], [defineResource({ uri: 'docs://quiet', name: 'quiet', read: () => '' })], log);
    expect(warnings).toEqual([expect.stringContaining('docs://quiet has no description')]);
  });

  it('publishes that a tool takes keys', () => {
    const { tools } = compileCatalogue([tool({ idempotent: true }), tool({ name: 'other' })], [], log);
    expect(tools.get('add')?.published._meta).toEqual({ 'io.tramontane/idempotent': true });
    expect(tools.get('other')?.published).not.toHaveProperty('_meta');
  });

  it('finds a fixed URI before a template', () => {
    const byTemplate = defineResource({
      uriTemplate: 'docs://{id}',
      name: 'any',
      description: 'Any.',
      read: () => '',
    });
    const { findResource } = compileCatalogue([], [byTemplate, resource()], log);
    expect(findResource('docs://a')?.name).toBe('a');
    expect(findResource('docs://b')?.name).toBe('any');
    expect(findResource('other://b')).toBeUndefined();
    expect(findResource(`docs://${'b'.repeat(9000)}`)).toBeUndefined();
  });
});
