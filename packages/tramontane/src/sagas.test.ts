import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { defineSaga, openSagas, StepRefusal } from '@tramontane/mcp-server/saga';
import { openPostgresSagaStore } from '@tramontane/mcp-server/postgres';
import { openTestDatabase, type TestDatabase } from '@tramontane/testkit/database';
import { parseSagas } from './saga-arguments.ts';
import { runSagas } from './sagas.ts';

const drop = (): void => {};
const log = { debug: drop, info: drop, warn: drop, error: drop };
let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function run(line: string): Promise<{ code: number; out: string; said: string }> {
  const command = parseSagas(line.split(' '));
  if (command.kind === 'mistake') throw new Error(command.sentence);
  const out: string[] = [];
  const said: string[] = [];
  const code = await runSagas(
    command,
    { DATABASE_URL: database.url },
    { out: text => void out.push(text), say: text => void said.push(text), width: 200 },
  );
  return { code, out: out.join('\n'), said: said.join('\n') };
}

it('shows a parked saga with its step and reason, and has the server that knows it try again', async () => {
  let shut = true;
  const limits = { retries: 0, backoffMs: 0 };
  const trip = defineSaga({ name: 'book_trip', description: 'Books.', input: z.object({ to: z.string() }) })
    .step('train', {
      ...limits,
      run: () => ({ seat: 7 }),
      compensate: () => {
        if (shut) throw new Error('the counter is shut');
      },
    })
    .step('hotel', {
      ...limits,
      run: () => {
        throw new StepRefusal('no room');
      },
    })
    .returns(() => ({}));
  await using store = await openPostgresSagaStore({ connectionString: database.url, table: 'trips', log });
  await using sagas = openSagas({ sagas: [trip], store, sweepMs: 20, log });
  const { id } = await sagas.start('book_trip', { input: { to: 'Lyon' } });
  await sagas.wait(id, AbortSignal.timeout(20_000));

  const listed = await run('list --table trips');
  expect(listed).toMatchObject({ code: 0, said: '' });
  for (const part of [id, 'book_trip', 'parked', 'train', 'the counter is shut', 'Lyon'])
    expect(listed.out).toContain(part);
  expect(JSON.parse((await run('list --table trips --json')).out)).toMatchObject([
    { id, status: 'parked', parked: { step: 'train', error: 'the counter is shut' } },
  ]);

  expect(await run(`retry ${id} --table trips`)).toEqual({
    code: 1,
    out: '',
    said: 'It is parked again. train: the counter is shut',
  });
  shut = false;
  expect(await run(`retry ${id} --table trips`)).toEqual({
    code: 0,
    out: '',
    said: `Saga ${id} ended: compensated.`,
  });
  expect((await run('list --table trips')).said).toBe('No saga waits for a person.');
  expect((await run('list --table trips --all')).out).toContain('compensated');
  expect(await run(`retry ${id} --table trips`)).toMatchObject({
    code: 1,
    said: `Saga ${id} is compensated. Only a parked one can be tried again.`,
  });
  expect((await run('retry nobody --table trips')).said).toContain('There is no saga nobody in trips.');
});

it('makes no table where there is none', async () => {
  await expect(run('list --table elsewhere')).rejects.toThrow(
    'There is no table elsewhere in this database.',
  );
  await expect(run('list --table elsewhere')).rejects.toThrow('There is no table');
});

it('says what is missing', async () => {
  expect(parseSagas(['retry'])).toMatchObject({ kind: 'mistake' });
  expect(parseSagas(['list', 'all'])).toMatchObject({ kind: 'mistake' });
  const command = { kind: 'sagas-retry', table: 'mcp_sagas', id: 'x' } as const;
  const output = { out: drop, say: drop, width: 80 };
  await expect(runSagas(command, {}, output)).rejects.toThrow('DATABASE_URL is not set');
  const { url } = database;
  const elsewhere = { DATABASE_URL: Object.assign(new URL(url), { password: 'wrong' }).href };
  const said = runSagas(command, elsewhere, output);
  await expect(said).rejects.toMatchObject({
    name: 'StartError',
    message: expect.stringContaining('authentication failed'),
  });
});
