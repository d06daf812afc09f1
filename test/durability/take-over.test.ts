import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openEmbeddedPostgres } from '@tramontane/agents/embedded';
import { openTestDatabase } from '@tramontane/testkit/database';
import { endOf, expectWhole } from './expect-whole.ts';
import { openKillRig } from './kill-rig.ts';
import { openRunLog } from './run-log.ts';

// Servers are started again and again, which takes long on a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

it('of two servers on one database the other goes on with the runs of the one that is killed', async () => {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openTestDatabase());
  const rig = opened.adopt(await openKillRig({ environment: { DATABASE_URL: database.url } }), each =>
    each.close(),
  );
  const log = opened.adopt(await openRunLog(database.url), each => each.close());
  const other = opened.adopt(await rig.openAnother(), each => each.stop());
  const first = rig.server();
  rig.stage.arm('call 4 done', () => rig.kill(async () => rig.use(other)));
  const walked = await rig.walk(async () => log);
  expectWhole(walked);
  expect(first.isDead()).toBe(true);
  expect(rig.server()).toBe(other);
  expect(walked).toMatchObject({ heard: 'cut', resumed: 1 });
  expect(endOf(walked, 4, rig.effects)).toMatchObject({
    status: 'done',
    effect: { attempts: 2, effects: 1 },
  });
});

it('server and database killed together: both come back with everything that was written down', async () => {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'tramontane-kill-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  // Not 0700, as mkdtemp makes it: run by root, the database's user would be sent elsewhere.
  await chmod(folder, 0o711);
  const dataDirectory = join(folder, 'data');
  const rig = opened.adopt(await openKillRig({ environment: { TRAMONTANE_DATA: dataDirectory } }), each =>
    each.close(),
  );
  rig.stage.arm('call 3 done', () =>
    rig.kill(async () => {
      const [postmaster] = (
        await readFile(join(dataDirectory, 'postgres-18', 'postmaster.pid'), 'utf8')
      ).split('\n');
      process.kill(Number(postmaster), 'SIGKILL');
    }),
  );
  const walked = await rig.walk(async () => {
    const postgres = opened.adopt(await openEmbeddedPostgres({ dataDirectory }), each => each.close());
    return opened.adopt(await openRunLog(postgres.url('tramontane')), each => each.close());
  });
  expectWhole(walked);
  expect(walked).toMatchObject({ heard: 'cut', resumed: 1 });
  expect(endOf(walked, 3, rig.effects)).toMatchObject({
    status: 'unknown',
    effect: { attempts: 1, effects: 1 },
  });
});
