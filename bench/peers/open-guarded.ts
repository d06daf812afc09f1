import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import {
  createAudit,
  createBearerAuth,
  createCallLog,
  createGuards,
  openAuditFile,
  openLogFile,
} from '@tramontane/guards';
import { createLimits } from '@tramontane/guards/limits';
import { createMetrics } from '@tramontane/guards/metrics';
import { serveHttp } from '@tramontane/mcp-server';
import { createKitServer } from './kit-tools.ts';

export const TOKEN = 'bench';
/** No load comes near it, and still every request is counted. */
const ABOVE_THE_LOAD = '100000000/minute';

/** The kit with everything on: hashed bearer, limits, metrics, log and audit into files. */
export async function openGuarded(tools: number, port: number, folder: string) {
  const logFile = await openLogFile({ path: join(folder, 'server.log') });
  const log = pino({}, logFile);
  const audit = await openAuditFile({ path: join(folder, 'audit.jsonl'), log });
  const guards = createGuards({
    auth: createBearerAuth({ tokens: [{ sha256: createHash('sha256').update(TOKEN).digest('hex') }] }),
    limits: createLimits({
      global: ABOVE_THE_LOAD,
      perCaller: ABOVE_THE_LOAD,
      tools: { '*': { all: ABOVE_THE_LOAD, perCaller: ABOVE_THE_LOAD, atOnce: 10_000 } },
    }),
    metrics: createMetrics(),
    log: createCallLog({ log }),
    audit: createAudit({ sink: audit }),
  });
  const serving = await serveHttp(createKitServer(tools), { port, guards });
  return {
    url: serving.url,
    close: async () => {
      await serving.close();
      await guards.close();
      await logFile.close();
    },
  };
}
