import { describe, expect, test } from 'vitest';
import { createMcpServer } from '@tramontane/mcp-server';
import { openApiGateway } from '@tramontane/mcp-server/openapi';
import { openTestClient } from '@tramontane/mcp-server/testing';
import { call, silent, toDocument } from './call-gateway.ts';
import { openSmallService, type Answer, type SeenRequest } from './small-api.ts';

describe('credentials are the gateway’s own', () => {
  const document = toDocument('/c', 'get', {
    parameters: [{ name: 'api_key', in: 'query', schema: { type: 'string' } }],
  });
  test.each([
    [{ type: 'bearer', token: 'tok-1' }, { authorization: 'Bearer tok-1' }, '/c'],
    [
      { type: 'basic', username: 'u', password: 'p:w' },
      { authorization: `Basic ${Buffer.from('u:p:w').toString('base64')}` },
      '/c',
    ],
    [{ type: 'api_key', in: 'header', name: 'X-Api-Key', value: 'k' }, { 'x-api-key': 'k' }, '/c'],
    [{ type: 'api_key', in: 'cookie', name: 'sid', value: 'k' }, { cookie: 'sid=k' }, '/c'],
    [{ type: 'api_key', in: 'query', name: 'api_key', value: 'k&x' }, {}, '/c?api_key=k%26x'],
  ] as const)('%j', async (auth, headers, url) => {
    await using service = await openSmallService();
    await call(service, { document, auth }, 'try');
    expect(service.seen[0]).toMatchObject({ url, headers });
    expect(JSON.stringify(service.seen)).not.toContain('caller-token');
  });

  test('by security scheme; an operation without fitting ones is left out', async () => {
    await using service = await openSmallService();
    const secured = toDocument('/c', 'get', { security: [{ other: [] }, { key: [], user: [] }] });
    const schemes = {
      key: { type: 'api_key', in: 'header', name: 'x-key', value: 'k' },
      user: { type: 'bearer', token: 't' },
    } as const;
    await call(service, { document: secured, schemes }, 'try');
    expect(service.seen[0]?.headers).toMatchObject({ 'x-key': 'k', authorization: 'Bearer t' });
    await using gateway = openApiGateway({
      name: 'x',
      baseUrl: service.url,
      document: secured,
      schemes: { key: schemes.key },
    });
    expect(gateway.leftOut).toMatchObject([
      { id: 'try', reason: 'no credentials among "schemes" for other, or key and user' },
    ]);
  });

  test('client credentials: one token for calls at once, a new one when it is refused', async () => {
    let issued = 0;
    const answer = ({ url, headers, body }: SeenRequest): Answer | undefined => {
      if (url === '/token') {
        issued += 1;
        expect(headers.authorization).toBe(`Basic ${Buffer.from('id:s%26cret').toString('base64')}`);
        expect(body).toBe('grant_type=client_credentials&scope=read');
        return { body: { access_token: `t${issued}`, expires_in: 3600 } };
      }
      // The first one is revoked after a while.
      return headers.authorization === 'Bearer t1' && url === '/late' ? { status: 401 } : undefined;
    };
    await using tokens = await openSmallService(answer);
    await using service = await openSmallService(answer);
    await using gateway = openApiGateway({
      name: 'shop',
      baseUrl: service.url,
      auth: {
        type: 'oauth2',
        tokenUrl: `${tokens.url}/token`,
        clientId: 'id',
        clientSecret: 's&cret',
        scopes: ['read'],
      },
      calls: ['early', 'late'].map(name => ({
        name,
        description: 'Asks.',
        method: 'GET',
        path: `/${name}`,
        input: { type: 'object', properties: {} },
      })),
    });
    await using client = await openTestClient(
      createMcpServer({ name: 'g', version: '1.0.0', tools: gateway.tools, log: silent }),
    );
    await Promise.all([1, 2, 3].map(() => client.callTool('early')));
    expect(issued).toBe(1);
    expect((await client.callTool('late')).isError).toBe(false);
    expect(issued).toBe(2);
    expect(service.seen.at(-1)?.headers.authorization).toBe('Bearer t2');
  });
});
