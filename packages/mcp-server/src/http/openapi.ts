import type { Placed } from '../versions/server-versions.ts';
import type { ServerPaths } from './paths.ts';

type Schema = Readonly<Record<string, unknown>>;

const OBJECT: Schema = { type: 'object' };
const DETAIL: Schema = { type: 'object', properties: { detail: {} }, required: ['detail'] };
const RESULT: Schema = {
  type: 'object',
  properties: { success: { type: 'boolean' }, result: {}, error: { type: ['string', 'null'] } },
  required: ['success', 'result', 'error'],
};
const INVOCATION: Schema = {
  type: 'object',
  properties: { name: { type: 'string' }, arguments: OBJECT },
  required: ['name', 'arguments'],
};
const TOOLS: Schema = {
  type: 'object',
  properties: {
    tools: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          description: { type: 'string' },
          input_schema: OBJECT,
        },
        required: ['name', 'description', 'input_schema'],
      },
    },
  },
  required: ['tools'],
};

const content = (schema: Schema): object => ({ content: { 'application/json': { schema } } });
const answer = (description: string, schema: Schema): object => ({ description, ...content(schema) });
const REFUSED = {
  '401': answer('Missing or wrong credentials.', DETAIL),
  '403': answer('Not from there, or not with this token.', DETAIL),
  '429': answer('Too many requests; `Retry-After` says when to come back.', DETAIL),
  '503': answer('Too much to do, or stopping.', DETAIL),
};

/**
 * The HTTP side of a server in OpenAPI 3.1: how to ask for tools and call them, not which there are, as callers may see
 * different ones. So it needs no credentials.
 */
export function describeApi(
  placed: readonly [Placed, ...Placed[]],
  { health }: Required<ServerPaths>,
  secured: boolean,
): object {
  const [{ server }] = placed;
  const paths = placed.flatMap(({ mcp, rest }) => [
    ...mcp.map(path => [path, { post: describeRpc() }] as const),
    ...(rest === undefined ? [] : describeRest(rest)),
  ]);
  const bearer = { bearer: { type: 'http', scheme: 'bearer' } };
  return {
    openapi: '3.1.0',
    info: { title: server.name, version: server.version },
    paths: {
      ...Object.fromEntries(paths),
      ...(health !== false && describeHealth(health)),
    },
    ...(secured && { components: { securitySchemes: bearer }, security: [{ bearer: [] }] }),
  };
}

function describeRpc(): object {
  return {
    summary: 'MCP: one JSON-RPC message',
    requestBody: { required: true, ...content(OBJECT) },
    responses: {
      '200': {
        description: 'The answer, or a stream of events that ends with it.',
        content: {
          'application/json': { schema: OBJECT },
          'text/event-stream': { schema: { type: 'string' } },
        },
      },
      '202': { description: 'Taken; there is nothing to answer.' },
      '400': answer('No message of the protocol.', OBJECT),
      ...REFUSED,
    },
  };
}

function describeRest(path: string): readonly (readonly [string, object])[] {
  const list = { summary: 'The tools', responses: { '200': answer('The tools.', TOOLS), ...REFUSED } };
  const invoke = {
    summary: 'Calls a tool',
    parameters: [
      {
        name: 'Idempotency-Key',
        in: 'header',
        description: 'The same on every attempt of one call.',
        schema: { type: 'string' },
      },
    ],
    requestBody: { required: true, ...content(INVOCATION) },
    responses: {
      '200': answer('What the tool answered, or why it failed.', RESULT),
      '422': answer('The body has the wrong shape.', DETAIL),
      ...REFUSED,
    },
  };
  return [
    [`${path}/tools`, { get: list }],
    [`${path}/tools/invoke`, { post: invoke }],
  ];
}

function describeHealth(path: string): object {
  const status = (name: string): Schema => ({
    type: 'object',
    properties: { status: { const: name } },
    required: ['status'],
  });
  return {
    [path]: {
      get: {
        summary: 'Whether the process lives',
        security: [],
        responses: { '200': answer('It does.', status('healthy')) },
      },
    },
    [`${path}/ready`]: {
      get: {
        summary: 'Whether it can be sent requests',
        security: [],
        responses: {
          '200': answer('It can.', status('ready')),
          '503': answer('It starts, stops, or lacks something.', DETAIL),
        },
      },
    },
  };
}
