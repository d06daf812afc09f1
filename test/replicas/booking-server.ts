// A server made with the kit, as a process of its own: one tool that takes keys, and has an effect that can be counted.
import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { createGuards } from '@tramontane/guards';
import { createLimits } from '@tramontane/guards/limits';
import { createMetrics } from '@tramontane/guards/metrics';
import { createOnce } from '@tramontane/guards/once';
import { openPostgresOnceStore } from '@tramontane/guards/postgres';
import { openRedisRateStore } from '@tramontane/guards/redis';
import { closeOnSignal, createMcpServer, defineTool, serveHttp } from '@tramontane/mcp-server';
import * as z from 'zod';

const { HOST = '127.0.0.1', PORT = '0', RATE = '', EFFECTS = '', REDIS_URL, DATABASE_URL } = process.env;
/** Before and after the effect, so that what goes wrong meanwhile finds calls under way. */
const HALF_MS = 15;

const log = pino({ level: 'info' }, pino.destination({ dest: 2, sync: true }));
const redis = REDIS_URL === undefined ? undefined : await openRedisRateStore({ url: REDIS_URL, log });
const once =
  DATABASE_URL === undefined
    ? undefined
    : createOnce({ store: await openPostgresOnceStore({ connectionString: DATABASE_URL, log }), log });
const guards = createGuards({
  metrics: createMetrics({ process: false, ...(redis && { rateStore: redis }) }),
  limits: createLimits({ global: RATE, ...(redis && { store: redis }) }),
  ...(once && { once }),
});

const book = defineTool({
  name: 'book',
  description: 'Books a value.',
  input: z.object({ value: z.string() }),
  idempotent: true,
  async handler({ value }) {
    await delay(HALF_MS);
    await appendFile(EFFECTS, `${value}\n`);
    await delay(HALF_MS);
    return `Booked ${value}`;
  },
});
const server = createMcpServer({ name: 'bookings', version: '1.0.0', tools: [book] });
const serving = await serveHttp(server, { host: HOST, port: Number(PORT), guards, allowedHosts: ['*'] });
process.stdout.write(`ready ${serving.url}\n`);
await closeOnSignal(serving, guards, ...(redis ? [redis] : []));
