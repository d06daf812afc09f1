import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// By its path: vitest loads a globalSetup in an environment of its own, to which the export condition
// of vitest.config.ts (`ssr`) does not apply, so '@tramontane/agents/embedded' would be looked for in dist.
import { openEmbeddedPostgres, passwordFile } from '../../agents/src/store/embedded/index.ts';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's URL of the run's own PostgreSQL; openTestDatabase() makes databases by it. */
    postgresAdminUrl: string;
  }
}

/** vitest's globalSetup: one PostgreSQL for the whole run, in a folder that goes with it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Not 0700, as mkdtemp makes it: run by root, the database's user would be sent elsewhere.
  const folder = await mkdtemp(join(tmpdir(), 'tramontane-test-'));
  const dataDirectory = join(folder, 'data');
  await chmod(folder, 0o711);
  const embedded = await openEmbeddedPostgres({ dataDirectory });
  const password = (await readFile(join(dataDirectory, passwordFile), 'utf8')).trim();
  project.provide('postgresAdminUrl', embedded.url('postgres', { user: 'postgres', password }));
  return async () => {
    await embedded.close();
    await rm(folder, { recursive: true, force: true });
  };
}
