import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';

export interface TestDatabase {
  /** URL of an empty database, for the role that owns it (no superuser). */
  url: string;
  /** URL for one more role, which may connect and nothing else. */
  addRole(): Promise<string>;
  /** Drops all; sessions still open are cut. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A database and a role of their own in the PostgreSQL of global-postgres.ts. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const adminUrl: string | undefined = inject('postgresAdminUrl');
  if (adminUrl === undefined) {
    throw new Error(
      'No PostgreSQL for the tests: add @tramontane/testkit/global-postgres to globalSetup of vitest.config.ts.',
    );
  }
  const name = `test_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const identifier = escapeIdentifier(name);
  await runAsAdmin(adminUrl, [
    `CREATE ROLE ${identifier} LOGIN PASSWORD ${escapeLiteral(password)}`,
    `CREATE DATABASE ${identifier} OWNER ${identifier}`,
    `REVOKE ALL ON DATABASE ${identifier} FROM PUBLIC`,
  ]);
  const toUrl = (username: string, secret: string): string =>
    Object.assign(new URL(adminUrl), { username, password: secret, pathname: `/${name}` }).href;
  const added: string[] = [];
  const addRole = async (): Promise<string> => {
    const role = `${name}_${added.length}`;
    const secret = randomBytes(12).toString('hex');
    added.push(role);
    await runAsAdmin(adminUrl, [
      `CREATE ROLE ${escapeIdentifier(role)} LOGIN PASSWORD ${escapeLiteral(secret)}`,
      `GRANT CONNECT ON DATABASE ${identifier} TO ${escapeIdentifier(role)}`,
    ]);
    return toUrl(role, secret);
  };
  const close = async (): Promise<void> => {
    await runAsAdmin(adminUrl, [
      `DROP DATABASE IF EXISTS ${identifier} WITH (FORCE)`,
      ...[name, ...added].map(role => `DROP ROLE IF EXISTS ${escapeIdentifier(role)}`),
    ]);
  };
  return { url: toUrl(name, password), addRole, close, [Symbol.asyncDispose]: close };
}

/** A database for the tests of one file, opened by `open` before the first of them, and gone after the last one. */
export function useTestDatabase<Opened extends { close(): Promise<unknown> }>(
  open: (url: string) => Promise<Opened>,
): { readonly url: string; readonly database: Opened } {
  let server: TestDatabase | undefined;
  let database: Opened | undefined;
  beforeAll(async () => {
    server = await openTestDatabase();
    database = await open(server.url);
  });
  afterAll(async () => {
    await database?.close();
    await server?.close();
  });
  const inTests = <Value>(value: Value | undefined): Value => {
    if (value === undefined)
      throw new Error('This database is open in tests only, not while they are collected.');
    return value;
  };
  return {
    get url() {
      return inTests(server).url;
    },
    get database() {
      return inTests(database);
    },
  };
}

async function runAsAdmin(adminUrl: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
