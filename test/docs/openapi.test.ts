import { Validator } from '@seriousme/openapi-schema-validator';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { OPERATIONS } from '../../packages/agents/src/http/openapi/operations.ts';
import { splitRoute, toDocument } from '../../packages/agents/src/http/openapi/to-document.ts';
import { createHttpServer, type HttpPorts } from '../../packages/agents/src/http/server.ts';

/** Names of what stands in a path may differ; where it stands may not. */
const toShape = (method: string, path: string) =>
  `${method.toUpperCase()} ${path.replace(/:\w+|\{\w+\}/g, '{}').replace(/(.)\/$/, '$1')}`;

/** Every route that the server registers, and whether it takes an idempotency key. */
async function registeredRoutes(): Promise<Map<string, boolean>> {
  const routes = new Map<string, boolean>();
  // Ports are used when a request comes, and none does.
  const ports = {
    log: pino({ level: 'silent' }),
    health: { version: '0' },
    signIns: {},
    connectorAccess: {},
    metrics: {},
  } as unknown as HttpPorts;
  const app = createHttpServer(ports, {
    onRoute: route => {
      for (const each of [route.method].flat())
        if (each !== 'HEAD' && each !== 'OPTIONS')
          routes.set(toShape(each, route.url), route.config?.takesIdempotencyKey === true);
    },
  });
  await app.close();
  return routes;
}

function documentedRoutes(): string[] {
  return OPERATIONS.map(({ route }) => {
    const { method, path } = splitRoute(route);
    return toShape(method, path);
  });
}

it('every route is in the document, and the document has no other', async () => {
  const documented = documentedRoutes();
  expect(new Set(documented).size).toBe(documented.length);
  expect(documented.toSorted()).toEqual([...(await registeredRoutes()).keys()].toSorted());
});

it('the document shows Idempotency-Key where it is taken', async () => {
  const routes = await registeredRoutes();
  const taken = [...routes].filter(([, takesKey]) => takesKey).map(([shape]) => shape);
  const documented = documentedRoutes().filter((_, n) => OPERATIONS[n]?.once);
  expect(documented.toSorted()).toEqual(taken.toSorted());
  expect(documented).toHaveLength(4);
});

it('the document says for each operation that wants a key when to come back', () => {
  const { paths } = toDocument(OPERATIONS, '1.2.3') as {
    paths: Record<string, Record<string, { responses: Record<string, { headers?: object }> }>>;
  };
  const open = new Set(OPERATIONS.filter(each => each.open).map(({ route }) => route));
  for (const { route } of OPERATIONS) {
    const { method, path } = splitRoute(route);
    const responses = paths[path]?.[method]?.responses ?? {};
    const told = ['429', '503'].filter(status => 'Retry-After' in (responses[status]?.headers ?? {}));
    expect([route, told]).toEqual([route, open.has(route) ? [] : ['429', '503']]);
  }
});

it('the document is valid OpenAPI 3.1, and every reference leads somewhere', async () => {
  const document = toDocument(OPERATIONS, '1.2.3');
  const result = await new Validator().validate(structuredClone(document));
  expect(result).toEqual({ valid: true });
  const text = JSON.stringify(document);
  const { components } = document as { components: { schemas: Record<string, unknown> } };
  for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    expect(components.schemas).toHaveProperty(name);
  }
  const ids = OPERATIONS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

it('requests are shown as they are checked', () => {
  const document = toDocument(OPERATIONS, '1.2.3') as {
    components: { schemas: Record<string, Record<string, unknown>> };
    paths: Record<string, Record<string, { parameters?: unknown[]; security?: unknown[] }>>;
  };
  expect(document.components.schemas['CreateAgent']).toMatchObject({
    required: ['model', 'name'],
    additionalProperties: false,
  });
  expect(document.paths['/v1/agents']?.['get']?.parameters).toContainEqual({
    name: 'page_size',
    in: 'query',
    required: false,
    schema: { default: 20, type: 'integer', minimum: 1, maximum: 1000 },
  });
  expect(document.paths['/v1/agents/{agent_id}/version']?.['patch']?.parameters).toMatchObject([
    { name: 'agent_id', in: 'path', required: true },
    { name: 'version', in: 'query', required: true },
  ]);
  expect(document.paths['/health']?.['get']?.security).toEqual([]);
});
