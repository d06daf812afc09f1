import { expect, onTestFinished } from 'vitest';
import { createGuard, openAuthServer } from '@tramontane/testkit/auth-servers';
import { openRestServer, openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { mcpTool } from '../run-turn.ts';
import { records, type Json } from '../shapes.ts';
import { pathOf, type Wire } from './open-wire.ts';
import { FOUND, openParts, TOOLS } from './open-parts.ts';
import { ask, error, type WireCase } from './wire-case.ts';

// Section 6: the shapes of the guide beside today's, and what becomes of a server that is given inline; 5.3.

/** What the model was told by the tool of an agent that has this tool alone. */
async function told(wire: Wire, tool: Json, name = 'part'): Promise<unknown> {
  const agent = await wire.agent({ model: wire.calls(name), tools: [tool] });
  return records((await wire.start({ agent_id: agent['id'] }))['outputs']).at(-1)?.['content'];
}
const TOOL: readonly WireCase[] = [
  ...(
    [
      ['the REST form', openRestServer],
      ['MCP', openSdkV2Server],
    ] as const
  ).flatMap(([form, kind]): WireCase[] => [
    [
      '6',
      `no auth, ${form}: no header is needed`,
      async wire => await told(wire, mcpTool((await openParts(kind)).origin)),
      FOUND,
    ],
    [
      '6',
      `auth bearer, ${form}`,
      async wire => {
        const { origin } = await openParts(kind, { bearerToken: 'tok-6' });
        return await told(wire, mcpTool(origin, { auth: { type: 'bearer', token: 'tok-6' } }));
      },
      FOUND,
    ],
    [
      '6',
      `auth api_key, ${form}: its header is X-API-Key when none is named`,
      async wire => {
        const { origin } = await openParts(kind, { apiKey: { header: 'X-API-Key', key: 'k-6' } });
        return await told(wire, mcpTool(origin, { auth: { type: 'api_key', key: 'k-6' } }));
      },
      FOUND,
    ],
    [
      '6',
      `auth api_key in a header of its own, ${form}`,
      async wire => {
        const { origin } = await openParts(kind, { apiKey: { header: 'X-Company', key: 'k-6' } });
        return await told(
          wire,
          mcpTool(origin, { auth: { type: 'api_key', key: 'k-6', header: 'X-Company' } }),
        );
      },
      FOUND,
    ],
    [
      '6',
      `tool_configuration beside the config and inside it, ${form}`,
      async wire => {
        const { origin } = await openParts(kind);
        const tool_configuration = { exclude: ['part'] };
        const tools = [mcpTool(origin, { tool_configuration }), { ...mcpTool(origin), tool_configuration }];
        return await Promise.all(
          tools.map(async tool => {
            const model = wire.says();
            await wire.start({ model, tools: [tool] });
            return wire.api.models.asked(model)[0]?.tools.length;
          }),
        );
      },
      [0, 0],
    ],
    [
      '6',
      `a request id and an idempotency key go along, ${form}`,
      async wire => {
        const server = await openParts(kind);
        await told(wire, mcpTool(server.origin));
        return server.calls;
      },
      [{ name: 'part', idempotencyKey: expect.stringMatching(/./) }],
    ],
  ]),
  [
    '6',
    'auth oauth2: client credentials at token_url',
    async wire => {
      const authServer = await openAuthServer({ clients: { c6: 's6' } });
      onTestFinished(() => authServer.close());
      const server = await openParts(openSdkV2Server, { guard: createGuard({ authServer }) });
      const auth = {
        type: 'oauth2',
        client_id: 'c6',
        client_secret: 's6',
        token_url: `${authServer.issuer}/token`,
      };
      const answer = await told(wire, mcpTool(server.url, { auth }));
      return [answer, Object.fromEntries(authServer.tokenRequests[0] ?? [])];
    },
    [FOUND, { grant_type: 'client_credentials' }],
  ],
  [
    '6',
    'an address that ends in /v2 is the second version of the REST form',
    async wire => {
      const server = await openRestServer({ tools: TOOLS, version: 'v2' });
      onTestFinished(() => server.close());
      return [await told(wire, mcpTool(`${server.origin}/v2`)), server.requests];
    },
    [FOUND, expect.arrayContaining(['POST /mcp/v2/tools/invoke'])],
  ],
  [
    '6',
    'the address of the endpoint itself, of MCP',
    async wire => await told(wire, mcpTool((await openParts(openSdkV2Server)).url)),
    FOUND,
  ],
  [
    '6',
    'a timeout is seconds, whole or not',
    ask('POST', '/v1/agents', {
      model: 'offline',
      name: 'A',
      tools: [mcpTool('http://127.0.0.1:9', { timeout: 0.5 })],
    }),
    { status: 200 },
  ],
  [
    '6',
    'and at most a day',
    ask('POST', '/v1/agents', {
      model: 'offline',
      name: 'A',
      tools: [mcpTool('http://127.0.0.1:9', { timeout: 86_401 })],
    }),
    error(422),
  ],
  [
    '6',
    'today’s form of the same: a stored connector with credentials',
    async wire => {
      const server = await openParts(openSdkV2Server, { bearerToken: 'tok-6' });
      const path = pathOf.connector(await wire.connector({ server: server.url }));
      await wire.send('POST', `${path}/user/credentials`, {
        name: 'a',
        credentials: { bearer_token: 'tok-6' },
      });
      return await told(wire, { type: 'connector', connector_id: path.split('/').at(-1) });
    },
    FOUND,
  ],
  [
    '5.3',
    'an address in the place of a connector, with an authorization: what unmodified clients can send',
    async wire => {
      const { url } = await openParts(openSdkV2Server, { bearerToken: 'tok-5' });
      return await told(wire, {
        type: 'connector',
        connector_id: url,
        authorization: { type: 'oauth2-token', value: 'tok-5' },
      });
    },
    FOUND,
  ],
  [
    '6.6',
    'stdio and other schemes are not for requests',
    ask('POST', '/v1/agents', { model: 'offline', name: 'A', tools: [mcpTool('stdio:///bin/sh')] }),
    error(422),
  ],
];

export const GUIDE_CASES: readonly WireCase[] = [...TOOL];
