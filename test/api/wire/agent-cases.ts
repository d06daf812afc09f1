import { expect } from 'vitest';
import { record, records, text, type Json } from '../shapes.ts';
import { pathOf, type Wire } from './open-wire.ts';
import { error, type WireCase } from './wire-case.ts';

// Section 2.1: agents, their versions and aliases; 6.4: each update is a version.

/** An agent with a second version. */
async function updated(wire: Wire, change: Json = { name: 'B' }): Promise<string> {
  const path = pathOf.agent(await wire.agent({ description: 'D', metadata: { a: 1 } }));
  await wire.send('PATCH', path, change);
  return path;
}
const body = async (wire: Wire, method: string, path: string, given?: unknown) =>
  record((await wire.send(method, path, given)).body);
const versionsOf = (list: unknown) => records(list).map(({ version }) => version);

const VERSIONS: readonly WireCase[] = [
  ['2.1', 'the first version is 0', async wire => await wire.agent(), { version: 0, versions: [0] }],
  [
    '2.1',
    'an update is the next version, and the current one',
    async wire => await wire.get(await updated(wire)),
    { version: 1, versions: [0, 1], name: 'B' },
  ],
  [
    '6.4',
    'also one that changes nothing, or only says why it was made',
    async wire => {
      const path = await updated(wire, {});
      await wire.send('PATCH', path, { version_message: 'Why' });
      return await wire.get(path);
    },
    { version: 2, version_message: 'Why', name: 'A' },
  ],
  [
    '2.1',
    'what an update leaves out stays; null clears what may be null',
    async wire => await wire.get(await updated(wire, { description: null, instructions: 'I' })),
    { name: 'A', description: null, instructions: 'I', metadata: { a: 1 } },
  ],
  [
    '2.1',
    'POST updates as PATCH does',
    async wire => await body(wire, 'POST', await updated(wire), { name: 'C' }),
    { version: 2, name: 'C' },
  ],
  [
    '2.1',
    'deployment_chat is set by an update',
    async wire => await wire.get(await updated(wire, { deployment_chat: true })),
    { deployment_chat: true },
  ],
  [
    '2.1',
    'old versions can be read by number, in the query and in the path',
    async wire => {
      const path = await updated(wire);
      return [await wire.get(`${path}?agent_version=0`), await wire.get(`${path}/versions/0`)];
    },
    [
      { version: 0, name: 'A' },
      { version: 0, name: 'A' },
    ],
  ],
  [
    '2.1',
    'versions are whole agents, page by page',
    async wire => {
      const path = await updated(wire);
      const all = await wire.get(`${path}/versions`);
      return [versionsOf(all), versionsOf(await wire.get(`${path}/versions?page=1&page_size=1`)), all];
    },
    [
      [0, 1],
      [1],
      [
        { object: 'agent', name: 'A' },
        { object: 'agent', name: 'B' },
      ],
    ],
  ],
  [
    '2.1',
    'the current version is switched by a query without a body',
    async wire => await body(wire, 'PATCH', `${await updated(wire)}/version?version=0`),
    { version: 0, name: 'A', versions: [0, 1] },
  ],
  [
    '2.1',
    'and by a body, as the documentation shows it',
    async wire => await body(wire, 'PATCH', `${await updated(wire)}/version`, { version: 0 }),
    { version: 0, name: 'A' },
  ],
  [
    '2.1',
    'updated_at moves with an update and with a switch, created_at stays',
    async wire => {
      const path = await updated(wire);
      const before = record(await wire.get(path));
      const after = await body(wire, 'PATCH', `${path}/version?version=0`);
      const moved = text(after['updated_at']) >= text(before['updated_at']);
      return [moved, after['created_at'] === before['created_at']];
    },
    [true, true],
  ],
];

const ALIASES: readonly WireCase[] = [
  [
    '2.1',
    'an alias names a version, and can be moved to another one',
    async wire => {
      const path = await updated(wire);
      const first = await body(wire, 'PUT', `${path}/aliases?alias=live&version=0`);
      const old = await wire.get(`${path}?agent_version=live`);
      const second = await body(wire, 'PUT', `${path}/aliases?alias=live&version=1`);
      return [
        first,
        old,
        second,
        await wire.get(`${path}?agent_version=live`),
        await wire.get(`${path}/aliases`),
      ];
    },
    [
      { alias: 'live', version: 0 },
      { name: 'A' },
      { alias: 'live', version: 1 },
      { name: 'B' },
      [{ alias: 'live', version: 1, created_at: expect.any(String), updated_at: expect.any(String) }],
    ],
  ],
  ...(['a', 'a-b_c9', 'x'.repeat(64)] as const).map((alias): WireCase => [
    '2.1',
    `an alias like ${alias.slice(0, 8)} is taken`,
    async wire =>
      await body(wire, 'PUT', `${pathOf.agent(await wire.agent())}/aliases?alias=${alias}&version=0`),
    { alias },
  ]),
  ...(['', '9a', 'a-', 'A', 'a b', 'x'.repeat(65)] as const).map((alias): WireCase => [
    '2.1',
    `an alias like "${alias.slice(0, 8)}" of ${alias.length} is not`,
    async wire => {
      const path = pathOf.agent(await wire.agent());
      return await wire.send('PUT', `${path}/aliases?alias=${encodeURIComponent(alias)}&version=0`);
    },
    error(422),
  ]),
];

const LISTS: readonly WireCase[] = [
  [
    '2.1',
    'a list is bare and by creation time',
    async wire => {
      const metadata = { lot: 'by time' };
      const made = [await wire.agent({ metadata }), await wire.agent({ metadata })].map(({ id }) => id);
      const list = await wire.get(`/v1/agents?metadata=${encodeURIComponent(JSON.stringify(metadata))}`);
      const listed = records(list).map(({ id }) => id);
      return JSON.stringify(listed) === JSON.stringify(made);
    },
    true,
  ],
  [
    '2.1',
    'filters: name, part of the name, id, source, deployment_chat, metadata',
    async wire => {
      const { id } = await wire.agent({ name: 'Pelican 100%_of', metadata: { lot: { n: 7 }, tags: ['x'] } });
      await wire.agent({ name: 'Pelican 100x_of' });
      const queries = [
        { name: 'Pelican 100%_of' },
        { search: 'elican 100%_' },
        { search: text(id) },
        { id: text(id) },
        { metadata: '{"lot":{"n":7}}' },
        { metadata: '{"tags":["x"]}', sources: 'api', deployment_chat: 'false' },
      ];
      const found = await Promise.all(
        queries.map(query => wire.get(`/v1/agents?${new URLSearchParams(Object.entries(query)).toString()}`)),
      );
      return found.map(list => records(list).map(agent => agent['id'] === id));
    },
    Array.from({ length: 6 }, () => [true]),
  ],
  [
    '2.1',
    'a page holds 20 when nobody says how many, and the next begins where it ended',
    async wire => {
      const metadata = { lot: 'twenty' };
      await Promise.all(Array.from({ length: 21 }, () => wire.agent({ metadata })));
      const filter = `metadata=${encodeURIComponent(JSON.stringify(metadata))}`;
      const pages = [`?${filter}`, `?${filter}&page=1`, `?${filter}&page=2`];
      const lists = await Promise.all(pages.map(query => wire.get(`/v1/agents${query}`)));
      return lists.map(list => records(list).length);
    },
    [20, 1, 0],
  ],
  [
    '2.1',
    'a page far beyond is empty',
    async wire => await wire.get('/v1/agents?page=9007199254740991&page_size=1000'),
    [],
  ],
];

export const AGENT_CASES: readonly WireCase[] = [...VERSIONS, ...ALIASES, ...LISTS];
