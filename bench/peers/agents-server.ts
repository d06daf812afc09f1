// The Agents API as its command starts it: an embedded PostgreSQL of its own in a new folder, every step committed.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, startServer } from '@tramontane/agents';
import { readText } from './serve-runs.ts';
import { tellParent } from './tell-parent.ts';

const folder = await mkdtemp(join(tmpdir(), 'tramontane-bench-'));
// Not 0700, as mkdtemp makes it: run by root, the database's user would be sent elsewhere.
await chmod(folder, 0o711);
const server = await startServer(
  readConfig({
    TRAMONTANE_PORT: '0',
    TRAMONTANE_DATA: join(folder, 'data'),
    TRAMONTANE_API_KEYS: 'key-of-the-bench',
    TRAMONTANE_SECRET_KEY: 'secret-key-of-the-bench',
    TRAMONTANE_MODEL_BASE_URL: readText('model'),
    TRAMONTANE_ALLOW_PRIVATE_NETWORKS: 'loopback',
    TRAMONTANE_LOG: 'warn',
  }),
);
tellParent(server.url, async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});
