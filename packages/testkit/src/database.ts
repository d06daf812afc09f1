import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  /** URL of an empty database, for the role that owns it (no superuser). */
  url: string;
  /** Drops both; sessions still open are cut. */
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
  const url = new URL(adminUrl);
  url.username = name;
  url.password = password;
  url.pathname = `/${name}`;
  const close = async (): Promise<void> => {
    await runAsAdmin(adminUrl, [
      `DROP DATABASE IF EXISTS ${identifier} WITH (FORCE)`,
      `DROP ROLE IF EXISTS ${identifier}`,
    ]);
  };
  return { url: url.href, close, [Symbol.asyncDispose]: close };
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
