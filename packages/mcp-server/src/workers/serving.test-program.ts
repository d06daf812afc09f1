// A server with several workers, as its author would write it. Arguments: --workers, --fail (at start), --port.
import { setTimeout as delay } from 'node:timers/promises';
import { createGuards } from '@tramontane/guards';
import { createLimits } from '@tramontane/guards/limits';
import { createMetrics } from '@tramontane/guards/metrics';
import { createOnce } from '@tramontane/guards/once';
import * as z from 'zod';
import { createMcpServer, defineResource, defineTool, serveHttp } from '../index.ts';
import { parseWorkerCount, runWorkers } from './index.ts';

const readOnly = { readOnlyHint: true };
const effects = new URL(process.argv.find(word => word.startsWith('file://')) ?? 'file:///dev/null');
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

await runWorkers(
  {
    count: parseWorkerCount(process.argv),
    onReady: url => process.stdout.write(`ready ${url}\n`),
  },
  async worker => {
    const fails = process.argv.includes('--fail') || (process.argv.includes('--fail-later') && worker.id > 2);
    if (fails) throw new Error('The database is not there.');
    const server = createMcpServer({
      name: 'workers',
      version: '1.0.0',
      worker,
      log: quiet,
      design: false,
      resources: [defineResource({ uri: 'news://today', name: 'news', read: () => String(process.pid) })],
      tools: [
        defineTool({
          name: 'pid',
          description: 'Says which process answers, and which worker it is.',
          input: z.object({ waitMs: z.int().default(0) }),
          annotations: readOnly,
          handler: ({ waitMs }) => delay(waitMs, { pid: process.pid, worker: worker.id }),
        }),
        defineTool({
          name: 'block',
          description: 'Does nothing else for a while.',
          input: z.object({ ms: z.int() }),
          annotations: readOnly,
          handler: ({ ms }) => {
            const end = performance.now() + ms;
            while (performance.now() < end);
            return 'done';
          },
        }),
        defineTool({
          name: 'write',
          description: 'Has an effect that can be counted.',
          input: z.object({ text: z.string(), waitMs: z.int().default(0) }),
          handler: async ({ text, waitMs }) => {
            const { appendFile } = await import('node:fs/promises');
            await appendFile(effects, `${text} ${process.pid}\n`);
            await delay(waitMs);
            return { text, pid: process.pid };
          },
        }),
        defineTool({
          name: 'limited',
          description: 'May be called 40 times an hour.',
          input: z.object({}),
          annotations: readOnly,
          handler: () => 'fine',
        }),
        defineTool({
          name: 'publish',
          description: 'Tells of news.',
          input: z.object({}),
          handler: () => {
            server.notify.resourceUpdated('news://today');
            return 'told';
          },
        }),
        defineTool({
          name: 'ask_name',
          description: 'Asks who is there.',
          input: z.object({}),
          handler: async (_args, { elicit }) => {
            const answer = await elicit({ message: 'Your name?', schema: z.object({ name: z.string() }) });
            return answer.action === 'accept' ? `Hello ${answer.content.name}` : 'Nobody';
          },
        }),
        defineTool({
          name: 'long',
          description: 'Goes on in the background.',
          input: z.object({ waitMs: z.int() }),
          task: 'optional',
          handler: async ({ waitMs }) => delay(waitMs, `by ${worker.id}`),
        }),
      ],
    });
    const guards = createGuards({
      limits: createLimits({ tools: { limited: '40/hour' }, store: worker.rateStore }),
      once: createOnce({ store: worker.onceStore, log: quiet }),
      metrics: createMetrics({ gather: worker.gatherMetrics }),
    });
    const serving = await serveHttp(server, {
      port: 0,
      guards,
      noticeMs: 500,
      paths: { sse: '/sse' },
    });
    return {
      url: serving.url,
      close: async () => {
        await serving.close();
        await guards.close();
      },
    };
  },
);
