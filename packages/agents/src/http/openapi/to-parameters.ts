import { z } from 'zod';

type Json = Record<string, unknown>;

/** The parameters of an operation: those of its path, and those of its query. */
export function toParameters(path: string, query: z.ZodType | undefined): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return [...inPath, ...(query ? toQueryParameters(query) : [])];
}

function toQueryParameters(query: z.ZodType): Json[] {
  // Texts become values on the way in, so that what comes out is the shape to show.
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'output' });
  return Object.entries(properties).map(([name, schema]) => {
    const shape = typeof schema === 'boolean' ? {} : schema;
    const isObject = shape.type === 'object';
    return {
      name,
      in: 'query',
      required: required.includes(name) && !('default' in shape),
      // An object is written into the query as JSON.
      ...(isObject ? { content: { 'application/json': { schema: shape } } } : { schema: shape }),
    };
  });
}
