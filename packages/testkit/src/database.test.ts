import { Client } from 'pg';
import { expect, test } from 'vitest';
import { openTestDatabase } from './database.ts';

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

test('a test database is empty, writable, and closed to the role of another', async () => {
  await using one = await openTestDatabase();
  await using other = await openTestDatabase();
  await ask(one.url, 'CREATE TABLE thing (id int)');
  expect(await ask(one.url, "SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'")).toEqual([
    { n: 1 },
  ]);
  const foreign = new URL(other.url);
  foreign.pathname = new URL(one.url).pathname;
  await expect(ask(foreign.href, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
  expect(await ask(one.url, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toEqual([
    { rolsuper: false },
  ]);
});

test('close() drops the database even while a session is open', async () => {
  const database = await openTestDatabase();
  const client = new Client({ connectionString: database.url });
  const cut = new Promise<unknown>(resolve => client.on('error', resolve));
  await client.connect();
  await database.close();
  expect(await cut).toMatchObject({ code: '57P01' });
  await expect(ask(database.url, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
});
