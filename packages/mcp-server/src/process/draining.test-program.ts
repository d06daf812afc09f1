import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { createMcpServer, defineTool, serveHttp } from '../index.ts';
import { closeOnSignal } from './close-on-signal.ts';

const slow = defineTool({
  name: 'slow',
  description: 'Takes a moment.',
  input: z.object({}),
  annotations: { readOnlyHint: true },
  handler: () => delay(20, 'done'),
});
const server = createMcpServer({ name: 'draining', version: '1.0.0', tools: [slow] });
const serving = await serveHttp(server, { port: 0, noticeMs: 3000 });
process.stdout.write(`${serving.url}\n`);
await closeOnSignal(serving);
process.stdout.write('closed\n');
