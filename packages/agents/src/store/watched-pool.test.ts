import { Pool } from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { openTestDatabase } from '@tramontane/testkit/database';
import { watchPool } from './watched-pool.ts';

async function openPool() {
  const database = await openTestDatabase();
  const pool = new Pool({ connectionString: database.url });
  pool.on('error', () => undefined);
  onTestFinished(async () => {
    await pool.end();
    await database.close();
  });
  return { pool, watched: watchPool(pool) };
}

/** Ends the session as a stopping server does. */
const END_ME = 'select pg_terminate_backend(pg_backend_pid())';

it('says that the database is away when a connection breaks, and uses it no longer', async () => {
  const { pool, watched } = await openPool();
  const client = await watched.connect();
  await expect(client.query(END_ME, [])).rejects.toMatchObject({ code: 'database_away' });
  await expect(client.query('select 1', [])).rejects.toMatchObject({ code: 'database_away' });
  client.release();
  expect(pool.totalCount).toBe(0);
  const other = await watched.connect();
  expect((await other.query('select 1 as one', [])).rows).toEqual([{ one: 1 }]);
  other.release();
});

it('goes on when a connection breaks while it is out and nothing is asked', async () => {
  const { pool, watched } = await openPool();
  const client = await watched.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid', []);
  const other = await watched.connect();
  await other.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
  other.release();
  await expect(client.query('select 1', [])).rejects.toMatchObject({ code: 'database_away' });
  client.release();
  expect(pool.totalCount).toBe(1);
});

it('hands on what PostgreSQL says about a statement', async () => {
  const { watched } = await openPool();
  const client = await watched.connect();
  await expect(client.query('select 1 / 0', [])).rejects.toMatchObject({ code: '22012' });
  expect((await client.query('select 1 as one', [])).rows).toEqual([{ one: 1 }]);
  client.release();
});

it('says when it is not away, but all its connections are in use', async () => {
  const database = await openTestDatabase();
  const pool = new Pool({ connectionString: database.url, max: 1, connectionTimeoutMillis: 100 });
  const watched = watchPool(pool);
  const taken = await watched.connect();
  onTestFinished(async () => {
    taken.release();
    await pool.end();
    await database.close();
  });
  await expect(watched.connect()).rejects.toMatchObject({
    code: 'database_away',
    message: expect.stringMatching(/^All connections to the database are in use/) as string,
  });
});

it('says so too when nobody is there', async () => {
  const pool = new Pool({ host: '127.0.0.1', port: 1 });
  onTestFinished(() => pool.end());
  await expect(watchPool(pool).connect()).rejects.toMatchObject({
    code: 'database_away',
    cause: { code: 'ECONNREFUSED' },
  });
});
