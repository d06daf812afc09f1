import { expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { defineResource } from './define-resource.ts';
import { defineTool } from './define-tool.ts';

/** Checked by the compiler: `tsc` reads this file as it reads the rest. */
it('types arguments by the schema', () => {
  defineTool({
    name: 'zod',
    description: 'x',
    input: z.object({
      a: z.string(),
      n: z.number().default(1),
      at: z.string().transform(text => text.length),
    }),
    handler: args => {
      expectTypeOf(args).toEqualTypeOf<{ a: string; n: number; at: number }>();
      return args.a;
    },
  });
  defineTool({
    name: 'json',
    description: 'x',
    input: { type: 'object' },
    handler: args => {
      expectTypeOf(args).toEqualTypeOf<Record<string, unknown>>();
      return null;
    },
  });
  defineTool<{ id: string }>({
    name: 'typed-json',
    description: 'x',
    input: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
    handler: async ({ id }) => {
      expectTypeOf(id).toEqualTypeOf<string>();
      return { id };
    },
  });
});

it('types the returned value by the output schema', () => {
  const output = z.object({ sum: z.number() });
  const input = z.object({});
  defineTool({ name: 'value', description: 'x', input, output, handler: () => ({ sum: 1 }) });
  defineTool({
    name: 'failure',
    description: 'x',
    input,
    output,
    handler: () => ({ content: [], isError: true }),
  });
  // @ts-expect-error -- a wrong value is found before the server runs
  defineTool({ name: 'wrong', description: 'x', input, output, handler: () => ({ sum: 'one' }) });
});

it('types resources by their kind', () => {
  defineResource({
    uri: 'docs://a',
    name: 'a',
    read: uri => (expectTypeOf(uri).toEqualTypeOf<string>(), uri),
  });
  defineResource({ uriTemplate: 'docs://{id}', name: 'a', read: ({ id }, { uri }) => `${id} ${uri}` });
});
