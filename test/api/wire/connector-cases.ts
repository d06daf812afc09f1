import { expect } from 'vitest';
import { openAuthServer, createGuard } from '@tramontane/testkit/auth-servers';
import { openSdkV2Server } from '@tramontane/testkit/tool-servers';
import { onTestFinished } from 'vitest';
import { record, records, text, type Json } from '../shapes.ts';
import { pathOf, type Wire } from './open-wire.ts';
import { ask, error, type WireCase } from './wire-case.ts';

// Section 2.3: connectors; 7.4 and 7.5: their tools; 7.7: sharing, activation, names.

const changed = async (wire: Wire, more: Json) =>
  (await wire.send('PATCH', pathOf.connector(await wire.connector()), more)).body;

const OBJECTS: readonly WireCase[] = [
  [
    '2.3',
    'a connector has what clients need to know it by, and what it was made of',
    async wire =>
      await wire.connector({
        protocol: 'mcp',
        title: 'T',
        icon_url: 'https://a.example/i.png',
        system_prompt: 'S',
      }),
    {
      id: expect.any(String),
      name: expect.stringMatching(/^wire-/),
      description: 'd',
      owner_type: 'workspace',
      visibility: 'shared_workspace',
      private_tool_execution: false,
      protocol: 'mcp',
      title: 'T',
      icon_url: 'https://a.example/i.png',
      system_prompt: 'S',
      server: expect.stringMatching(/^http/),
      active: true,
      blocked_by: [],
      mistral: false,
      is_authenticated: true,
      tools: null,
    },
  ],
  [
    '2.3',
    'it is found by id and by name',
    async wire => {
      const { id, name } = await wire.connector();
      const found = [
        await wire.get(`/v1/connectors/${text(id)}`),
        await wire.get(`/v1/connectors/${text(name)}`),
      ];
      return found.map(each => record(each)['id'] === id);
    },
    [true, true],
  ],
  [
    '2.3',
    'it is changed and deleted by id alone',
    async wire => {
      const path = `/v1/connectors/${text((await wire.connector())['name'])}`;
      return [
        await wire.send('PATCH', path, { protocol: 'mcp', title: 'T' }),
        await wire.send('DELETE', path),
      ];
    },
    [error(404), error(404)],
  ],
  [
    '2.3',
    'an update changes what it names',
    async wire => await changed(wire, { protocol: 'mcp', title: 'T' }),
    { title: 'T', description: 'd' },
  ],
  ...(
    [
      ['headers of clients up to 2.6', { headers: { Authorization: 'Bearer new' } }],
      ['auth_data of clients up to 2.6', { auth_data: { client_id: 'c', client_secret: 's' } }],
      [
        'sign-in methods with what clients 2.7 send',
        {
          protocol: 'mcp',
          auth_methods: [
            { method_type: 'bearer', auth_direction: 'outbound', global_headers: { 'X-G': { value: 'g' } } },
            { method_type: 'oauth2', oauth2_metadata_secrets: { client_id: 'c', client_secret: 's' } },
          ],
        },
      ],
    ] as const
  ).map(([what, more]): WireCase => [
    '5.2',
    `an update takes ${what}`,
    async wire => await changed(wire, more),
    { description: 'd' },
  ]),
  ...(
    [
      ['another protocol', { protocol: 'http' }],
      ['webhooks', { protocol: 'mcp', auth_methods: [{ method_type: 'webhook' }] }],
      ['connection_config', { connection_config: { base_url: 'https://x' } }],
    ] as const
  ).map(([what, more]): WireCase => [
    '2.3',
    `what is not here is refused in an update: ${what}`,
    async wire => await wire.send('PATCH', pathOf.connector(await wire.connector()), more),
    error(400),
  ]),
  [
    '5.2',
    'a connector without protocol is one of MCP',
    async wire => await wire.connector(),
    { protocol: 'mcp' },
  ],
  [
    '2.3',
    'the list is a page of items, with a cursor to the next',
    async wire => {
      await wire.connector();
      await wire.connector();
      const first = record(await wire.get('/v1/connectors?page_size=1'));
      const cursor = text(record(first['pagination'])['next_cursor']);
      const second = record(await wire.get(`/v1/connectors?page_size=1000&cursor=${cursor}`));
      return [records(first['items']).length, first['pagination'], second['pagination']];
    },
    [1, { next_cursor: expect.any(String), page_size: 1 }, { next_cursor: null, page_size: 1000 }],
  ],
  [
    '2.3',
    'a page holds 100 when nobody says how many',
    ask('GET', '/v1/connectors'),
    { body: { pagination: { page_size: 100 } } },
  ],
  [
    '2.3',
    'credentials and rules are shown when they are asked for, never secrets',
    async wire => {
      const path = pathOf.connector(await wire.connector());
      const secret = 'secret-of-this-case';
      await wire.send('POST', `${path}/user/credentials`, {
        name: 'a',
        credentials: { bearer_token: secret },
      });
      const plain = record(await wire.get(path));
      const full = await wire.send('GET', `${path}?fetch_user_data=true&fetch_customer_data=true`);
      return [
        'connection_credentials' in plain,
        record(full.body)['connection_credentials'],
        full.text.includes(secret),
      ];
    },
    [false, [{ name: 'a' }], false],
  ],
  [
    '2.3',
    'secrets are refused by name',
    async wire =>
      await wire.send('GET', `${pathOf.connector(await wire.connector())}?fetch_connection_secrets=true`),
    error(400, { type: 'not_supported' }),
  ],
  ...(
    [
      ['mistral-client-python/2.5.1', 3],
      ['mistral-client-python/1.9.0', 3],
      ['mistral-client-python/2.6.0', 'workspace'],
      ['mistral-client-typescript/2.7.0', 'workspace'],
    ] as const
  ).map(([agent, owner]): WireCase => [
    '2.3',
    `owner_type for ${agent}`,
    async wire => {
      const path = pathOf.connector(await wire.connector());
      // Not by the way that holds answers against the published shapes: a number is for those clients alone.
      const headers = { authorization: `Bearer ${wire.api.key}`, 'user-agent': agent };
      return record(await (await fetch(`${wire.api.url}${path}`, { headers })).json())['owner_type'];
    },
    owner,
  ]),
  [
    '2.3',
    'auth_url is an address and the seconds that it holds',
    async wire => {
      const authServer = await openAuthServer();
      const guarded = await openSdkV2Server({ tools: [], guard: createGuard({ authServer }) });
      onTestFinished(async () => {
        await Promise.all([authServer.close(), guarded.close()]);
      });
      const path = pathOf.connector(await wire.connector({ server: guarded.url }));
      return await wire.get(
        `${path}/auth_url?app_return_url=${encodeURIComponent('http://localhost:9/back')}`,
      );
    },
    { auth_url: expect.stringMatching(/^http.*state=/), ttl: expect.any(Number) },
  ],
  [
    '2.3',
    'authentication_methods are a bare list of ways, and whether credentials are there already',
    async wire => {
      const more = {
        headers: { Authorization: 'Bearer own' },
        auth_methods: [{ method_type: 'bearer', headers: [{ name: 'X-API-Key' }] }],
      };
      return await wire.get(`${pathOf.connector(await wire.connector(more))}/authentication_methods`);
    },
    [
      {
        method_type: 'bearer',
        headers: [{ name: 'X-API-Key', is_required: true, is_secret: true }],
        has_default_credentials: true,
        grant_type: null,
        oauth2_server_metadata: null,
      },
    ],
  ],
];

export const CONNECTOR_CASES: readonly WireCase[] = [...OBJECTS];
