import { describe, expect, test } from 'vitest';
import { openApiGateway } from '@tramontane/mcp-server/openapi';
import { call, toDocument } from './call-gateway.ts';
import { openSmallService } from './small-api.ts';

describe('a request from a document', () => {
  const color = ['blue', 'black', 'brown'];
  const rgb = { R: 100, G: 200 };
  // The table of OpenAPI 3.1, "Style Examples".
  const styles: readonly (readonly [string, string, boolean, unknown, string])[] = [
    ['path', 'simple', false, 'blue', '/c/blue'],
    ['path', 'simple', false, color, '/c/blue,black,brown'],
    ['path', 'simple', false, rgb, '/c/R,100,G,200'],
    ['path', 'simple', true, rgb, '/c/R=100,G=200'],
    ['path', 'label', false, 'blue', '/c/.blue'],
    ['path', 'label', false, color, '/c/.blue,black,brown'],
    ['path', 'label', true, color, '/c/.blue.black.brown'],
    ['path', 'label', true, rgb, '/c/.R=100.G=200'],
    ['path', 'matrix', false, 'blue', '/c/;color=blue'],
    ['path', 'matrix', false, color, '/c/;color=blue,black,brown'],
    ['path', 'matrix', true, color, '/c/;color=blue;color=black;color=brown'],
    ['path', 'matrix', true, rgb, '/c/;R=100;G=200'],
    ['query', 'form', true, 'blue', '/c?color=blue'],
    ['query', 'form', true, color, '/c?color=blue&color=black&color=brown'],
    ['query', 'form', false, color, '/c?color=blue,black,brown'],
    ['query', 'form', true, rgb, '/c?R=100&G=200'],
    ['query', 'form', false, rgb, '/c?color=R,100,G,200'],
    ['query', 'spaceDelimited', false, color, '/c?color=blue%20black%20brown'],
    ['query', 'pipeDelimited', false, color, '/c?color=blue%7Cblack%7Cbrown'],
    ['query', 'deepObject', true, rgb, '/c?color%5BR%5D=100&color%5BG%5D=200'],
    ['query', 'form', true, 'a&b=c d/é', '/c?color=a%26b%3Dc%20d%2F%C3%A9'],
    ['path', 'simple', false, 'a/../b?c#d', '/c/a%2F..%2Fb%3Fc%23d'],
  ];

  test.each(styles)('%s %s explode=%s %j', async (place, style, explode, value, expected) => {
    await using service = await openSmallService();
    const parameters = [{ name: 'color', in: place, required: true, style, explode, schema: {} }];
    const path = place === 'path' ? '/c/{color}' : '/c';
    const { structuredContent } = await call(
      service,
      { document: toDocument(path, 'get', { parameters }) },
      'try',
      { color: value },
    );
    expect(structuredContent['url']).toBe(expected);
  });

  test('headers and cookies', async () => {
    await using service = await openSmallService();
    const parameters = [
      { name: 'X-Trace', in: 'header', schema: { type: 'array', items: { type: 'string' } } },
      { name: 'theme', in: 'cookie', schema: { type: 'string' } },
      { name: 'Authorization', in: 'header', schema: { type: 'string' } },
      { name: 'Host', in: 'header', schema: { type: 'string' } },
    ];
    const document = toDocument('/c', 'get', { parameters });
    await call(service, { document }, 'try', { 'X-Trace': ['a', 'b'], theme: 'dark; x' });
    expect(service.seen[0]?.headers).toMatchObject({ 'x-trace': 'a,b', cookie: 'theme=dark%3B%20x' });
    const refused = await call(service, { document }, 'try', { Authorization: 'mine' });
    expect(refused.text).toMatch(/Invalid arguments.*Authorization/);
    const split = await call(service, { document }, 'try', { 'X-Trace': ['a\r\nEvil: b'] });
    expect(split.text).toContain('line break');
    expect(service.seen.length).toBe(1);
  });

  test.each(['.', '..', ''])('a path argument of %j is refused', async id => {
    await using service = await openSmallService();
    const parameters = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }];
    const result = await call(
      service,
      { document: toDocument('/orders/{id}', 'get', { parameters }) },
      'try',
      { id },
    );
    expect(result.isError).toBe(true);
    expect(service.seen).toEqual([]);
  });

  test.each([
    ['application/json', { name: 'Ann', tags: ['a'] }, '{"name":"Ann","tags":["a"]}'],
    ['application/merge-patch+json', { name: 'Ann' }, '{"name":"Ann"}'],
    [
      'application/x-www-form-urlencoded',
      { name: 'Ann & Bob', tags: ['a', 'b'] },
      'name=Ann+%26+Bob&tags=a&tags=b',
    ],
    ['text/plain', 'hello', 'hello'],
  ])('a body of %s', async (type, body, expected) => {
    await using service = await openSmallService();
    const requestBody = { required: true, content: { [type]: { schema: {} } } };
    await call(service, { document: toDocument('/c', 'post', { requestBody }) }, 'try', { body });
    expect(service.seen[0]).toMatchObject({
      method: 'POST',
      body: expected,
      headers: { 'content-type': type },
    });
  });

  test('a form with a file', async () => {
    await using service = await openSmallService();
    const schema = {
      type: 'object',
      properties: { title: { type: 'string' }, file: { type: 'string', format: 'binary' } },
    };
    const requestBody = { required: true, content: { 'multipart/form-data': { schema } } };
    const file = Buffer.from('the bytes').toString('base64');
    await call(service, { document: toDocument('/c', 'post', { requestBody }) }, 'try', {
      body: { title: 'Note', file },
    });
    expect(service.seen[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(service.seen[0]?.body).toMatch(
      /name="title"\r\n\r\nNote\r\n.*name="file"; filename="file".*\r\n\r\nthe bytes\r\n/s,
    );
  });

  test('schemas of 3.0 are checked as they are meant, and $ref stays inside', async () => {
    await using service = await openSmallService();
    const components = {
      schemas: {
        Order: {
          type: 'object',
          required: ['id', 'total'],
          properties: {
            id: { type: 'integer', readOnly: true },
            total: { type: 'number', minimum: 0, exclusiveMinimum: true },
            note: { type: 'string', nullable: true },
            parent: { $ref: '#/components/schemas/Order' },
          },
        },
      },
    };
    const requestBody = {
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
    };
    const document = toDocument('/c', 'post', { requestBody }, { components });
    expect(
      (await call(service, { document }, 'try', { body: { total: 1, note: null, parent: { total: 2 } } }))
        .isError,
    ).toBe(false);
    expect((await call(service, { document }, 'try', { body: { total: 0 } })).text).toContain(
      'Invalid arguments',
    );
    expect((await call(service, { document }, 'try', { body: { total: 1, parent: {} } })).text).toContain(
      'Invalid arguments',
    );
    for (const $ref of [
      'https://evil.example.com/schema.json',
      'file:///etc/passwd',
      'other.yaml#/X',
      '#/components/schemas/No',
    ]) {
      const bad = { required: true, content: { 'application/json': { schema: { $ref } } } };
      await using gateway = openApiGateway({
        name: 'x',
        baseUrl: service.url,
        operations: 'all',
        document: toDocument('/c', 'post', { requestBody: bad }),
      });
      expect(gateway.tools).toEqual([]);
      expect(gateway.leftOut[0]?.reason).toContain('$ref');
    }
  });
});
