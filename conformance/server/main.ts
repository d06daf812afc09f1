import { serveHttp } from '@tramontane/mcp-server';
import { createFixture } from './fixture.ts';

const port = Number(process.env['PORT'] ?? 3001);
if (!Number.isInteger(port)) throw new Error(`PORT is ${process.env['PORT']}. Give a number.`);

// By name: the kit's check against DNS rebinding needs an address that says localhost.
const serving = await serveHttp(createFixture(), { host: 'localhost', port });
process.stdout.write(`ready http://localhost:${serving.port}/mcp\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void serving.close());
