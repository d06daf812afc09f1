// npm run -s bench:server -- --tools=N: a kit server on http://127.0.0.1:$PORT/mcp for load of your own. No guards.
import { serveHttp } from '@tramontane/mcp-server';
import { createKitServer } from './peers/kit-tools.ts';
import { readNumber } from './peers/tell-parent.ts';

const tools = readNumber('tools', 1);
const port = Number(process.env['PORT'] ?? 3001);
const serving = await serveHttp(createKitServer(tools), { port });
process.stdout.write(`${serving.url}/mcp serves ${tools} tools\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void serving.close());
