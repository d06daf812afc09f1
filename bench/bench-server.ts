// npm run -s bench:server -- --tools=N: a kit server on http://127.0.0.1:$PORT/mcp for load of your own. --guards: with
// everything on, for the bearer token `bench`; metrics at /metrics, log and audit in a folder that is told.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveHttp } from '@tramontane/mcp-server';
import { createKitServer } from './peers/kit-tools.ts';
import { openGuarded } from './peers/open-guarded.ts';
import { readNumber } from './peers/tell-parent.ts';

const tools = readNumber('tools', 1);
const port = Number(process.env['PORT'] ?? 3001);
const guarded = process.argv.includes('--guards');
const folder = guarded ? await mkdtemp(join(tmpdir(), 'tramontane-bench-')) : '';
const serving = guarded
  ? await openGuarded(tools, port, folder)
  : await serveHttp(createKitServer(tools), { port });
process.stdout.write(`${serving.url}/mcp serves ${tools} tools\n`);
if (guarded) process.stdout.write(`Log and audit are in ${folder}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void serving.close());
