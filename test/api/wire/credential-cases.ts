import { expect } from 'vitest';
import { record, records, text, type Json } from '../shapes.ts';
import { pathOf, type Wire } from './open-wire.ts';
import { error, invalid, type WireCase } from './wire-case.ts';

// Section 7.6: credentials at three levels; 7.7: sharing, activation and names.

const bearer = (name: string, more: Json = {}) => ({
  name,
  credentials: { bearer_token: `of-${name}` },
  ...more,
});

/** A connector of the server that says who signed in, and the path of one level of its credentials. */
async function at(wire: Wire, level = 'user') {
  const connector = pathOf.connector(await wire.connector({ server: wire.whoami.url }));
  const path = `${connector}/${level}/credentials`;
  const store = async (given: Json, method = 'POST') => await wire.send(method, path, given);
  const list = async () => records(record(await wire.get(path))['credentials']);
  const names = async () =>
    (await list()).map(each => `${each['is_default'] === true ? '*' : ''}${text(each['name'])}`);
  const who = async (query = '', level_?: Json) => {
    if (level_) await wire.send('POST', `${connector}/${text(level_['level'])}/credentials`, level_['given']);
    const { body } = await wire.send('POST', `${connector}/tools/whoami/call${query}`, {});
    return text(records(record(body)['content'])[0]?.['text']).replace(/^whoami: /, '');
  };
  return { connector, path, store, list, names, who };
}

const LEVELS = [
  ['user', 'user'],
  ['workspace', 'workspace'],
  ['organization', 'org'],
] as const;

export const CREDENTIAL_CASES: readonly WireCase[] = [
  ...LEVELS.map(([level, scope]): WireCase => [
    '7.6',
    `of a ${level} are a list of their own, with names, titles, types and no secrets`,
    async wire => {
      const { store, list } = await at(wire, level);
      await store(bearer('a', { title: 'Mine' }));
      return await list();
    },
    [{ name: 'a', title: 'Mine', authentication_type: 'bearer', scope, is_default: true, status: null }],
  ]),
  [
    '7.6',
    'precedence: named, then user, workspace, organization, then the connector’s own',
    async wire => {
      const { who } = await at(wire);
      const given = (level: string) => ({ level, given: bearer(level) });
      return [
        await who(),
        await who('', given('organization')),
        await who('', given('workspace')),
        await who('', given('user')),
        await who('?credentials_name=workspace'),
      ];
    },
    ['nobody', 'Bearer of-organization', 'Bearer of-workspace', 'Bearer of-user', 'Bearer of-workspace'].map(
      name => expect.stringContaining(name) as unknown,
    ),
  ],
  [
    '7.6',
    'a server without sign-in needs none, and is said to be authenticated',
    async wire => await wire.connector(),
    { is_authenticated: true },
  ],
  [
    '7.6',
    'credentials without anything are taken, as the first use of the documentation sends them',
    async wire => (await (await at(wire)).store({ name: 'a', credentials: { headers: {} } })).status,
    200,
  ],
  [
    '7.6',
    'the first of a type is the default, and cannot be otherwise',
    async wire => {
      const { store, names } = await at(wire);
      const refused = await store(bearer('a', { is_default: false }));
      await store(bearer('a'));
      return [refused, await names()];
    },
    [invalid(['body', 'is_default']), ['*a']],
  ],
  [
    '7.6',
    'later ones are not, unless they say so: then the old one steps back',
    async wire => {
      const { store, names } = await at(wire);
      for (const given of [bearer('a'), bearer('b'), bearer('c', { is_default: true })]) await store(given);
      return await names();
    },
    ['a', 'b', '*c'],
  ],
  [
    '7.6',
    'an update makes a default, leaves it, and cannot take it away',
    async wire => {
      const { store, names } = await at(wire);
      for (const given of [bearer('a'), bearer('b')]) await store(given);
      await store({ name: 'b', is_default: true }, 'PATCH');
      await store({ name: 'b', title: 'B' }, 'PATCH');
      return [await names(), await store({ name: 'b', is_default: false }, 'PATCH')];
    },
    [['a', '*b'], invalid(['body', 'is_default'])],
  ],
  ...(['POST', 'PATCH'] as const).map((method): WireCase => [
    '5.2',
    `${method} makes credentials, and changes them: clients disagree on which does which`,
    async wire => {
      const { store, who } = await at(wire);
      await store(bearer('a'), method);
      await store({ name: 'a', credentials: { bearer_token: 'second' } }, method);
      return await who();
    },
    expect.stringContaining('Bearer second'),
  ]),
  [
    '5.2',
    'oauth as the token of older clients',
    async wire => {
      const { store, who } = await at(wire);
      const oauth = { access_token: 'tok', token_type: 'Bearer', expires_at: '2099-01-01T00:00:00+02:00' };
      await store({ name: 't', credentials: { oauth } });
      return await who();
    },
    expect.stringContaining('Bearer tok'),
  ],
  [
    '8',
    'oauth as client credentials of clients 2.7',
    async wire => {
      const { store, list } = await at(wire);
      const oauth = { grant_type: 'client_credentials', client_id: 'c', client_secret: 's' };
      await store({ name: 'machine', credentials: { oauth } });
      return await list();
    },
    [{ name: 'machine', authentication_type: 'oauth2' }],
  ],
  [
    '7.6',
    'lists: by type, the defaults alone, and the types that need none',
    async wire => {
      const { path, store } = await at(wire);
      for (const given of [bearer('a'), bearer('b'), { name: 'n', credentials: { headers: {} } }])
        await store(given);
      const named = async (query: string) =>
        records(record(await wire.get(`${path}${query}`))['credentials']).map(({ name }) => name);
      return [
        await named('?auth_type=bearer'),
        await named('?fetch_default=true'),
        record(await wire.get(path)),
      ];
    },
    [['a', 'b'], ['a', 'n'], { connector_preset_credentials_for_auth: ['none'] }],
  ],
  [
    '7.6',
    'are deleted by name at each level, and of a user all at once',
    async wire => {
      const { path, store, names } = await at(wire);
      for (const given of [bearer('a'), bearer('b'), bearer('c')]) await store(given);
      await wire.send('DELETE', `${path}/a`);
      const left = await names();
      await wire.send('DELETE', path);
      return [left, await names()];
    },
    [['*b', 'c'], []],
  ],
  [
    '7.6',
    'the status tells what is wrong with them',
    async wire => {
      const { store, list } = await at(wire);
      await store({ name: 's', credentials: { bearer_token: '' } });
      return await list();
    },
    [{ status: { status_type: 'invalid', error_message: 'blank bearer token' } }],
  ],
  [
    '7.6',
    'there is no other level',
    async wire => await wire.send('GET', (await at(wire, 'galaxy')).path),
    error(404),
  ],
  ...LEVELS.map(([level, scope]): WireCase => [
    '7.7',
    `deactivated for the ${level}, a connector is blocked there and not on the list of active ones`,
    async wire => {
      const { connector } = await at(wire);
      await wire.send('POST', `${connector}/${level}/deactivate`);
      const off = record(await wire.get(connector));
      const call = await wire.send('POST', `${connector}/tools/whoami/call`, {});
      await wire.send('POST', `${connector}/${level}/activate`);
      return [off['active'], off['blocked_by'], call.status, record(await wire.get(connector))['active']];
    },
    [
      false,
      expect.toSatisfy((by: unknown) => level === 'user' || JSON.stringify(by) === JSON.stringify([scope])),
      403,
      true,
    ],
  ]),
  [
    '7.7',
    'activation carries rules for tools: of python clients',
    async wire => {
      const { connector } = await at(wire);
      await wire.send('POST', `${connector}/user/activate`, {
        include: ['whoami'],
        requires_confirmation: { read_only: false },
      });
      return [
        records(await wire.get(`${connector}/tools`)).map(({ name }) => name),
        await wire.send('POST', `${connector}/tools/act/call`, {}),
      ];
    },
    [['whoami'], error(404)],
  ],
  [
    '7.7',
    'visibility follows sharing: workspace, private, organization, private',
    async wire => {
      const { connector } = await at(wire);
      const seen: unknown[] = [record(await wire.get(connector))['visibility']];
      for (const [method, path] of [
        ['DELETE', 'share'],
        ['PUT', 'organization/share'],
        ['DELETE', 'organization/share'],
        ['PUT', 'share'],
      ] as const) {
        await wire.send(method, `${connector}/${path}`);
        const { visibility, owner_type } = record(await wire.get(connector));
        seen.push([visibility, owner_type]);
      }
      return seen;
    },
    [
      'shared_workspace',
      ['private', 'user'],
      ['shared_org', 'org'],
      ['private', 'user'],
      ['shared_workspace', 'workspace'],
    ],
  ],
  [
    '7.7',
    'a private connector is not there for others',
    async wire => {
      const path = pathOf.connector(await wire.connector({ visibility: 'private' }));
      return (await wire.send('GET', path, undefined, await wire.keyOf('bob'))).status;
    },
    404,
  ],
  [
    '7.7',
    'names are unique where they are seen',
    async wire => {
      const { name } = await wire.connector();
      return await wire.send('POST', '/v1/connectors', { name, description: 'd', server: wire.tools });
    },
    error(409),
  ],
  [
    '7.7',
    'a name like an id is refused',
    async wire =>
      await wire.send('POST', '/v1/connectors', {
        name: '0198c0de-0000-7000-8000-0000000000ab',
        description: 'd',
        server: wire.tools,
      }),
    error(422),
  ],
];
