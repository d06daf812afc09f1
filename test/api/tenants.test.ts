import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiServer, type ApiServer } from './open-api-server.ts';
import { record } from './shapes.ts';
import type { Ask, Case, Things } from './tenant-case.ts';
import { CASES } from './tenant-cases.ts';
import { makeThings, openTenantServers, toMissing, type TenantServers } from './tenant-things.ts';

// Nobody reaches what is another's, and nobody can tell it from what is not there: every endpoint is asked for it with
// every place that can hold an id, a name or a cursor, and for something of the same form that does not exist.

interface Tenant {
  readonly key: string;
  readonly things: Things;
}

let api: ApiServer;
let servers: TenantServers;
let ann: Tenant;
let colleague: Tenant;
let stranger: Tenant;
let untouched: Record<string, string>;

beforeAll(async () => {
  [api, servers] = await Promise.all([openApiServer(), openTenantServers()]);
  const acme = { organization: 'acme', workspace: 'blue', keyScope: 'private_and_shared' } as const;
  const open = async (caller: Parameters<ApiServer['makeKey']>[0]): Promise<Tenant> => {
    const key = await api.makeKey(caller);
    return { key, things: await makeThings(api, key, servers) };
  };
  // Whoever tries has all rights that there are, where they belong; and the stranger has the same name.
  ann = await open({ ...acme, user: 'ann', role: 'organization_admin' });
  colleague = await open({ ...acme, user: 'bob', role: 'organization_admin' });
  stranger = await open({
    ...acme,
    organization: 'rival',
    workspace: 'red',
    user: 'ann',
    role: 'organization_admin',
  });
  // The first look lists tools, which shows in what is read later.
  await readAll(ann);
  untouched = await readAll(ann);
});
afterAll(async () => {
  await Promise.all([api?.close(), servers?.close()]);
});

interface Asked {
  readonly endpoint: string;
  readonly method: string;
  readonly names: Case['names'];
  readonly asks: Case['asks'];
}

const ALL: readonly Asked[] = Object.entries(CASES).flatMap(([endpoint, cases]) =>
  typeof cases === 'string'
    ? []
    : cases.map(each => ({ endpoint, method: endpoint.split(' ')[0] ?? '', ...each })),
);

async function answer(tenant: Tenant, method: string, ask: Ask, of: Things): Promise<string> {
  const authorization = `Bearer ${tenant.key}`;
  const given = await api.send(method, ask.path, ask.body, { authorization });
  let words = `${given.status} ${given.text}`;
  // Nothing is asked for by its model, whose name may begin another one.
  const longestFirst = Object.entries(of)
    .filter(([name]) => name !== 'model')
    .toSorted(([, a], [, b]) => b.length - a.length);
  for (const [name, value] of longestFirst) words = words.replaceAll(value, `«${name}»`);
  return words;
}

/** Answers to every ask, each told apart by a line about it. */
async function answers(tenant: Tenant, cases: readonly Asked[], of: Things): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [n, { endpoint, method, asks }] of cases.entries()) {
    for (const [m, ask] of asks(of, tenant.things).entries())
      found.set(`${endpoint} #${n}.${m}`, await answer(tenant, method, ask, of));
  }
  return found;
}

/** All that the owner reads of their things, but for the times of the connection to a tool server. */
async function readAll(owner: Tenant): Promise<Record<string, string>> {
  const reads = ALL.filter(({ endpoint, method }) => method === 'GET' && !endpoint.endsWith('/health'));
  return Object.fromEntries(await answers(owner, reads, owner.things));
}

/** The same answers as for what is not there, and the owner's things as they were. */
async function expectHidden(tenant: Tenant, of: Things, names: readonly Case['names'][]) {
  const cases = ALL.filter(each => names.includes(each.names));
  const missing = await answers(tenant, cases, toMissing(of));
  const foreign = await answers(tenant, cases, of);
  expect(foreign.size).toBeGreaterThan(20);
  expect(Object.fromEntries(foreign)).toEqual(Object.fromEntries(missing));
  expect([...foreign.values()].filter(each => /^5\d\d/.test(each))).toEqual([]);
  expect(await readAll(ann)).toEqual(untouched);
}

it('every endpoint of the server is in the table', async () => {
  const { paths } = record((await api.send('GET', '/openapi.json')).json);
  const endpoints = Object.entries(record(paths)).flatMap(([path, methods]) =>
    Object.keys(record(methods)).map(method => `${method.toUpperCase()} ${path}`),
  );
  expect(Object.keys(CASES).toSorted()).toEqual(endpoints.toSorted());
});

it('agents are shared in their workspace', async () => {
  const read = async ({ key }: Tenant) =>
    (await api.send('GET', `/v1/agents/${ann.things.agent}`, undefined, { authorization: `Bearer ${key}` }))
      .status;
  expect([await read(colleague), await read(stranger)]).toEqual([200, 404]);
});

describe('what is another’s answers as what is not there', () => {
  it('to another organization', async () => {
    await expectHidden(stranger, ann.things, ['agent', 'conversation', 'connector']);
  });

  it.each(['shared_workspace', 'shared_org'])(
    'connectors that are %s, to another organization',
    async visibility => {
      const name = `s-${visibility}`;
      const body = { name, description: 'd', server: servers.tools.url, visibility };
      const made = await api.send('POST', '/v1/connectors', body, { authorization: `Bearer ${ann.key}` });
      untouched = await readAll(ann);
      const things = { ...ann.things, connector: record(made.json)['id'], connectorName: name } as Things;
      await expectHidden(stranger, things, ['connector']);
      await api.send('DELETE', `/v1/connectors/${things.connector}`, undefined, {
        authorization: `Bearer ${ann.key}`,
      });
    },
  );

  it('to another user of the workspace, where it is private', async () => {
    untouched = await readAll(ann);
    await expectHidden(colleague, ann.things, ['conversation', 'connector']);
  });

  it('also where a name is given to a new connector', async () => {
    for (const [tenant, visibility] of [
      [stranger, 'shared_workspace'],
      [colleague, 'private'],
      [colleague, 'shared_workspace'],
    ] as const) {
      const body = {
        name: ann.things.connectorName,
        description: 'd',
        server: servers.tools.url,
        visibility,
      };
      const made = await api.send('POST', '/v1/connectors', body, { authorization: `Bearer ${tenant.key}` });
      expect([visibility, made.status]).toEqual([visibility, 201]);
      const path = `/v1/connectors/${String(record(made.json)['id'])}`;
      await api.send('DELETE', path, undefined, { authorization: `Bearer ${tenant.key}` });
    }
  });

  it('and its owner is answered otherwise, so every ask finds something', async () => {
    const refused = await answers(stranger, ALL, ann.things);
    // What deletes comes last, and takes first what belongs to something else.
    const numbered = ALL.map((each, n) => [n, each] as const);
    const deletes = numbered.filter(([, { method }]) => method === 'DELETE');
    const ordered = [...numbered.filter(([, { method }]) => method !== 'DELETE'), ...deletes.toReversed()];
    const same: string[] = [];
    for (const [n, { endpoint, method, asks }] of ordered) {
      for (const [m, ask] of asks(ann.things, ann.things).entries()) {
        const own = await answer(ann, method, ask, ann.things);
        if (own === refused.get(`${endpoint} #${n}.${m}`)) same.push(`${endpoint} #${n}.${m}: ${own}`);
      }
    }
    expect(same).toEqual([]);
  });
});
