import { errorBodySchema, unauthorizedBodySchema } from '@tramontane/wire';
import { z } from 'zod';
import type { Named, Operation } from './operation.ts';
import { toParameters } from './to-parameters.ts';

type Json = Record<string, unknown>;

const ERROR: Named = ['Error', errorBodySchema];
const IDEMPOTENCY_KEY: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'The same key and the same request give the first answer again, for a day at least. Used for another request, the key is refused with 422.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};
const UNAUTHORIZED: Named = ['Unauthorized', unauthorizedBodySchema];
const RETRY_AFTER: Json = {
  'Retry-After': {
    description: 'Seconds until the request may be sent again',
    schema: { type: 'integer', minimum: 1 },
  },
};

/** The OpenAPI 3.1 document of these operations, made from the shapes that requests are checked with. */
export function toDocument(operations: readonly Operation[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const { method, path } = splitRoute(operation.route);
    paths[path] = { ...paths[path], [method]: toOperation(operation, path) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Tramontane Agents API', version },
    paths,
    components: {
      schemas: {
        ...toSchemas(
          operations.flatMap(({ body }) => (body ? [body] : [])),
          'input',
        ),
        ...toSchemas([...operations.flatMap(answersOf), ERROR, UNAUTHORIZED], 'output'),
      },
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
    },
    security: [{ apiKey: [] }],
  };
}

export function splitRoute(route: string): { method: string; path: string } {
  const [method = '', path = ''] = route.split(' ');
  return { method: method.toLowerCase(), path };
}

function toOperation(operation: Operation, path: string): Json {
  const { id, tag, summary, query, body, refused, once } = operation;
  const parameters = [...toParameters(path, query), ...(once ? [IDEMPOTENCY_KEY] : [])];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(refused !== undefined && { description: `Refused with 400 here. ${refused}` }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: !operation.bodyOptional, content: toJsonContent(body) } }),
    ...(operation.open && { security: [] }),
    responses: toResponses(operation),
  };
}

function toResponses(operation: Operation): Json {
  const { answer, events, page, text } = operation;
  const content = {
    ...(page && { 'text/html': { schema: { type: 'string' } } }),
    ...(text && { 'text/plain': { schema: { type: 'string' } } }),
    ...(answer && toJsonContent(answer)),
    ...(events && { 'text/event-stream': { schema: toReference(events) } }),
  };
  const success = {
    description: answer || page || text ? 'Done' : 'Done; there is no body',
    ...((answer || page || text) && { content }),
  };
  const problem = (description: string, shape: Named = ERROR) => ({
    description,
    content: toJsonContent(shape),
  });
  return {
    ...(operation.refused === undefined && { [operation.status ?? 200]: success }),
    ...(operation.refused !== undefined && { 400: problem('Refused') }),
    ...(!operation.open && { 401: problem('No API key, or one that is not known', UNAUTHORIZED) }),
    ...((operation.body ?? operation.query) && {
      422: problem('Fields of the wrong shape; `detail` lists them'),
    }),
    ...(!operation.open && {
      429: { ...problem('Too many requests, or too many with wrong keys'), headers: RETRY_AFTER },
      503: { ...problem('Overloaded, stopping, or without its database'), headers: RETRY_AFTER },
    }),
    default: problem('Any other failure'),
  };
}

function toJsonContent(shape: Named | { readonly listOf: Named }): Json {
  const schema = 'listOf' in shape ? { type: 'array', items: toReference(shape.listOf) } : toReference(shape);
  return { 'application/json': { schema } };
}

function toReference([name]: Named): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function answersOf({ answer, events }: Operation): Named[] {
  const named = answer && ('listOf' in answer ? answer.listOf : answer);
  return [...(named ? [named] : []), ...(events ? [events] : [])];
}

/** @param io What a caller may send, or what the server gives: defaults make the one optional and the other certain. */
function toSchemas(shapes: readonly Named[], io: 'input' | 'output'): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of new Map(shapes)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: id => `#/components/schemas/${id}`,
    // The format says it; the pattern beside it is a page long.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _draft, $id: _id, ...schema }]) => [id, schema]),
  );
}
