import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, expect, test } from 'vitest';
import { EmbeddedPostgresError, openEmbeddedPostgres, passwordFile } from './index.ts';
import { openInOtherProcess } from './other-process.ts';
import { placeFile } from './placement.ts';
import { lookAtProcess, readPostmaster } from './postmaster.ts';
import { runProgram } from './run-program.ts';
import { findDatabaseUser, isRoot } from './system-user.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function makeFolder(mode = 0o711): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tramontane-embedded-'));
  await chmod(folder, mode);
  folders.push(folder);
  return folder;
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

async function pidOf(data: string): Promise<number> {
  return (await readPostmaster(data))?.pid ?? 0;
}

const nobody = isRoot() ? { uid: 65_534, gid: 65_534 } : undefined;
const nobodyCanRun =
  nobody !== undefined &&
  (await runProgram(process.execPath, ['--version'], { user: { ...nobody, name: 'nobody' } })).code === 0;

test('a new database in a long folder with odd characters: private, kept, and stopped by the last one out', async () => {
  const data = join(await makeFolder(), `a folder's "name", ${'long '.repeat(25)}`, 'data');
  const first = await openEmbeddedPostgres({ dataDirectory: data });
  const url = first.url('tramontane');
  await ask(url, 'CREATE TABLE kept (id int)');
  expect(
    await ask(url, 'SELECT current_user AS "user", rolsuper FROM pg_roles WHERE rolname = current_user'),
  ).toEqual([{ user: 'tramontane', rolsuper: false }]);
  expect(await ask(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
  expect((await stat(join(data, passwordFile))).mode & 0o777).toBe(0o600);
  expect((await stat(first.location.socket)).mode & 0o777).toBe(0o700);

  const pid = await pidOf(first.location.data);
  const second = await openEmbeddedPostgres({ dataDirectory: data });
  await first.close();
  expect(await lookAtProcess(pid, first.location.data)).toBe('server');
  expect(await ask(second.url('tramontane'), 'SELECT * FROM kept')).toEqual([]);
  await second.close();
  expect(await lookAtProcess(pid, first.location.data)).toBe('gone');
  await expect(stat(first.location.socket)).rejects.toMatchObject({ code: 'ENOENT' });

  await rm(join(data, passwordFile));
  await expect(openEmbeddedPostgres({ dataDirectory: data })).rejects.toMatchObject({
    code: 'password_refused',
  });
});

test('each role enters its own database and no other', async () => {
  await using postgres = await openEmbeddedPostgres({ dataDirectory: join(await makeFolder(), 'data') });
  const [shop, again] = await Promise.all([
    postgres.ensureDatabase('shop', { role: 'shop_owner' }),
    postgres.ensureDatabase('shop', { role: 'shop_owner' }),
  ]);
  expect(again).toBe(shop);
  await ask(shop, 'CREATE TABLE wares (id int)');
  const reader = await postgres.ensureRole('shop_reader', { database: 'shop' });
  await expect(ask(reader, 'SELECT * FROM wares')).rejects.toMatchObject({ code: '42501' });
  for (const database of ['tramontane', 'postgres', 'template1']) {
    for (const login of [shop, reader]) {
      const url = new URL(login);
      url.pathname = database;
      await expect(ask(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
    }
  }
  const own = new URL(postgres.url('tramontane'));
  own.pathname = 'shop';
  await expect(ask(own.href, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
  own.username = 'postgres';
  await expect(ask(own.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  await expect(postgres.ensureDatabase('Bad-Name', { role: 'x' })).rejects.toMatchObject({
    code: 'bad_name',
  });
  await expect(postgres.ensureDatabase('fine', { role: 'postgres' })).rejects.toMatchObject({
    code: 'bad_name',
  });
});

test('a killed server is started again under a process that goes on, and its numbers used again do no harm', async () => {
  const data = join(await makeFolder(), 'data');
  const postgres = await openEmbeddedPostgres({ dataDirectory: data });
  await ask(postgres.url('tramontane'), 'CREATE TABLE kept (id int)');
  const killed = await pidOf(postgres.location.data);
  process.kill(killed, 'SIGKILL');
  for (let tries = 0; (await pidOf(postgres.location.data)) === killed && tries < 500; tries++)
    await delay(20);
  // ensureDatabase waits until the server is back.
  await postgres.ensureDatabase('after', { role: 'after' });
  expect(await ask(postgres.url('tramontane'), 'SELECT * FROM kept')).toEqual([]);

  const again = await pidOf(postgres.location.data);
  await postgres.close();
  expect(await lookAtProcess(again, postgres.location.data)).toBe('gone');
  await expect(postgres.ensureDatabase('late', { role: 'late' })).rejects.toMatchObject({ code: 'closed' });

  // Its number after a crash may be anybody's, another PostgreSQL's too.
  const foreign = spawn('sleep', ['60']);
  await once(foreign, 'spawn');
  await using neighbour = await openEmbeddedPostgres({ dataDirectory: join(await makeFolder(), 'data') });
  for (const pid of [foreign.pid, await pidOf(neighbour.location.data)]) {
    await writeFile(
      join(postgres.location.data, 'postmaster.pid'),
      `${pid}\n${postgres.location.data}\n1\n5432\n${postgres.location.socket}\n\n\nready\n`,
    );
    const third = await openEmbeddedPostgres({ dataDirectory: data });
    expect(await ask(third.url('tramontane'), 'SELECT * FROM kept')).toEqual([]);
    await third.close();
  }
  foreign.kill();
});

test('the database of a killed process is taken over and stopped', async () => {
  const data = join(await makeFolder(), 'data');
  const other = openInOtherProcess(data);
  await ask(await other.said, 'CREATE TABLE kept (id int)');
  other.kill('SIGKILL');
  await other.ended;
  const cluster = join(data, 'postgres-18');
  const left = await pidOf(cluster);
  expect(await lookAtProcess(left, cluster)).toBe('server');
  const postgres = await openEmbeddedPostgres({ dataDirectory: data });
  expect(await pidOf(cluster)).toBe(left);
  expect(await ask(postgres.url('tramontane'), 'SELECT * FROM kept')).toEqual([]);
  await postgres.close();
  expect(await lookAtProcess(left, cluster)).toBe('gone');
});

test('several processes start at once on a folder that is not there yet', async () => {
  const data = join(await makeFolder(), 'data');
  const others = [1, 2, 3].map(() => openInOtherProcess(data));
  const postgres = await openEmbeddedPostgres({ dataDirectory: data });
  const urls = await Promise.all(others.map(other => other.said));
  expect(new Set([...urls, postgres.url('tramontane')])).toHaveLength(1);
  await ask(postgres.url('tramontane'), 'SELECT 1');
  const pid = await pidOf(postgres.location.data);
  for (const other of others) other.kill('SIGTERM');
  await Promise.all([postgres.close(), ...others.map(other => other.ended)]);
  expect(await lookAtProcess(pid, postgres.location.data)).toBe('gone');
});

test('an abort ends the opening and leaves no process', async () => {
  const data = join(await makeFolder(), 'data');
  const stop = new AbortController();
  const opening = openEmbeddedPostgres({
    dataDirectory: data,
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('enough')),
  });
  await expect(opening).rejects.toThrow('enough');
  expect(await readPostmaster(join(data, 'postgres-18'))).toBeUndefined();
});

test.skipIf(!isRoot())(
  'run by root in a folder nobody else may enter, the files are kept elsewhere and found again',
  async () => {
    const data = join(await makeFolder(0o700), 'data');
    const sentences: string[] = [];
    const first = await openEmbeddedPostgres({
      dataDirectory: data,
      onProgress: sentence => sentences.push(sentence),
    });
    const place = (await readFile(join(data, placeFile), 'utf8')).trim();
    folders.push(place);
    expect(first.location).toMatchObject({ staged: true, data: join(place, 'postgres-18') });
    expect(
      sentences.filter(sentence => sentence.includes(place) && sentence.includes(data)),
    ).not.toHaveLength(0);
    expect((await stat(first.location.data)).uid).toBe((await findDatabaseUser())?.uid);
    await ask(first.url('tramontane'), 'CREATE TABLE kept (id int)');
    await first.close();

    const second = await openEmbeddedPostgres({ dataDirectory: data });
    expect(second.location.data).toBe(first.location.data);
    expect(await ask(second.url('tramontane'), 'SELECT * FROM kept')).toEqual([]);
    await second.close();

    await rm(place, { recursive: true });
    await expect(openEmbeddedPostgres({ dataDirectory: data })).rejects.toMatchObject({
      code: 'staged_data_missing',
    });
  },
);

test.skipIf(nobody && !nobodyCanRun)('a folder that cannot be used gets one sentence', async () => {
  const folder = await makeFolder(0o755);
  const file = join(folder, 'file');
  await writeFile(file, '');
  for (const path of [file, join(file, 'below')]) {
    const error = await openEmbeddedPostgres({ dataDirectory: path }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect(error).toMatchObject({
      code: 'data_folder_unusable',
      message: expect.stringContaining('a file is in its place'),
    });
  }
  const closed = join(folder, 'closed');
  await mkdir(closed, { mode: 0o555 });
  const other = openInOtherProcess(join(closed, 'data'), nobody);
  expect(await other.said).toMatch(
    /^data_folder_unusable: .*permission is denied.*TRAMONTANE_DATA.*DATABASE_URL/u,
  );
  await other.ended;

  const taken = join(folder, 'taken');
  await mkdir(join(taken, 'postgres-18', 'something'), { recursive: true });
  await chmod(taken, 0o711);
  await expect(openEmbeddedPostgres({ dataDirectory: taken })).rejects.toMatchObject({
    code: 'not_a_cluster',
  });
});

test.skipIf(!nobodyCanRun)('an ordinary user and then root use the same folder', async () => {
  const folder = await makeFolder(0o777);
  const data = join(folder, 'data');
  const other = openInOtherProcess(data, nobody);
  await ask(await other.said, 'CREATE TABLE kept (id int)');
  const postgres = await openEmbeddedPostgres({ dataDirectory: data });
  expect((await stat(postgres.location.data)).uid).toBe(nobody?.uid);
  other.kill('SIGTERM');
  await other.ended;
  expect(await ask(postgres.url('tramontane'), 'SELECT * FROM kept')).toEqual([]);
  await postgres.close();
});

test('a place that takes no folders is refused, not tried for ever', async () => {
  // Below /proc no user can make a folder, root included.
  await expect(openEmbeddedPostgres({ dataDirectory: '/proc/tramontane/data' })).rejects.toMatchObject({
    code: 'data_folder_unusable',
    message: expect.stringMatching(
      /^The data folder \/proc\/tramontane\/data cannot be used: .*TRAMONTANE_DATA/u,
    ) as string,
  });
});

test.runIf(isRoot())(
  'a database whose files belong to somebody else: the message has the command',
  async () => {
    const data = await makeFolder();
    const postgres = await openEmbeddedPostgres({ dataDirectory: data });
    const { data: cluster } = postgres.location;
    await postgres.close();
    const user = await findDatabaseUser();
    // As a copy by root leaves it.
    await runProgram('chown', ['-R', '0:0', cluster]);
    await expect(openEmbeddedPostgres({ dataDirectory: data })).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringContaining(`chown -R ${user?.name} ${cluster}`) as string,
    });
    await runProgram('chown', ['-R', user?.name ?? '', cluster]);
    await (await openEmbeddedPostgres({ dataDirectory: data })).close();
  },
);
