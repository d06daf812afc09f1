import { randomInt, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasRedis, openTestRedis, type TestRedis } from '@tramontane/testkit/redis';
import { openBookingModel } from './booking-model.ts';
import { hasNginx, openNginx } from './open-nginx.ts';
import { openPostgres, type RestartablePostgres } from './open-postgres.ts';
import { createReplica, type Replica } from './replica.ts';

/** Replicas of the Agents API and of a server made with the kit, behind nginx, on one PostgreSQL and one Redis. */
export interface Cluster {
  /** Of the Agents API, at nginx. */
  readonly url: string;
  readonly apiKey: string;
  /** Of the kit server, at nginx. */
  readonly toolsUrl: string;
  readonly agents: readonly Replica[];
  readonly tools: readonly Replica[];
  readonly addresses: { readonly agents: readonly string[]; readonly tools: readonly string[] };
  readonly postgres: RestartablePostgres;
  readonly redis: TestRedis;
  /** Every value that was booked, as often as it was. */
  booked(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const API_PORT = 3000;
const TOOLS_PORT = 8000;
const ABOVE_THE_LOAD = '1000000/minute';
const MAIN = fileURLToPath(new URL('../../packages/tramontane/src/main.ts', import.meta.url));
export const BOOKING_SERVER = fileURLToPath(new URL('booking-server.ts', import.meta.url));

/** Why a cluster cannot be opened here; `undefined` when it can. */
export function missingPrograms(): string | undefined {
  const missing = [...(hasNginx() ? [] : ['nginx']), ...(hasRedis() ? [] : ['redis-server'])];
  return missing.length > 0 ? missing.join(' and ') : undefined;
}

/**
 * Addresses of this machine that nobody else uses: a replica that starts again must find its own free, and a free port is
 * not free for long on a machine with much to do.
 */
export function createAddresses(): (last: number) => string {
  const network = `127.${randomInt(1, 255)}.${randomInt(0, 256)}`;
  return last => `${network}.${last}`;
}

export interface ClusterOptions {
  readonly agents: number;
  readonly tools: number;
  /** Requests of a key at the Agents API; more than any load makes unless given. */
  readonly rate?: string;
}

export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { rate = ABOVE_THE_LOAD } = options;
  const opened = new AsyncDisposableStack();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'tramontane-replicas-'));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    // Not 0700, as mkdtemp makes it: run by root, the users of the database and of nginx have to get in.
    await chmod(folder, 0o711);
    const postgres = opened.adopt(await openPostgres(join(folder, 'data')), each => each.close());
    const redis = opened.use(await openTestRedis());
    const model = opened.adopt(await openBookingModel(), each => each.close());
    const effects = join(folder, 'effects');
    await writeFile(effects, '');

    const at = createAddresses();
    const hosts = (count: number, from: number): string[] =>
      Array.from({ length: count }, (_, index) => at(from + index));
    const apiHosts = hosts(options.agents, 11);
    const toolHosts = hosts(options.tools, 21);
    const front = at(1);
    const toolsUrl = `http://${front}:${TOOLS_PORT}`;
    const apiKey = `tram_${randomUUID()}`;
    const secret = randomUUID();

    const agents = apiHosts.map(host =>
      createReplica([MAIN, 'start', '--no-demo'], {
        TRAMONTANE_HOST: host,
        TRAMONTANE_PORT: String(API_PORT),
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        TRAMONTANE_RATE_LIMIT: rate,
        TRAMONTANE_DATA: join(folder, 'replica'),
        TRAMONTANE_API_KEYS: apiKey,
        TRAMONTANE_SECRET_KEY: secret,
        TRAMONTANE_MODEL_BASE_URL: model.url,
        TRAMONTANE_ALLOW_PRIVATE_NETWORKS: 'loopback',
        TRAMONTANE_TRUSTED_TOOL_SERVERS: toolsUrl,
        TRAMONTANE_LOG: 'info',
      }),
    );
    const tools = toolHosts.map(host =>
      createReplica([BOOKING_SERVER], {
        HOST: host,
        PORT: String(TOOLS_PORT),
        RATE: ABOVE_THE_LOAD,
        EFFECTS: effects,
        REDIS_URL: redis.url,
        DATABASE_URL: postgres.otherUrl,
      }),
    );
    for (const each of [...tools, ...agents]) opened.defer(() => each.kill());
    await Promise.all([...agents, ...tools].map(each => each.start()));
    const places: Record<string, string> = {
      'tramontane.example:80': `${front}:${API_PORT}`,
      'mcp.example:80': `${front}:${TOOLS_PORT}`,
    };
    for (const [index, host] of apiHosts.entries())
      places[`tramontane-${index + 1}:3000`] = `${host}:${API_PORT}`;
    for (const [index, host] of toolHosts.entries())
      places[`mcp-server-${index + 1}:8000`] = `${host}:${TOOLS_PORT}`;
    opened.adopt(await openNginx(folder, places), each => each.close());
    return {
      url: `http://${front}:${API_PORT}`,
      apiKey,
      toolsUrl,
      agents,
      tools,
      addresses: {
        agents: apiHosts.map(host => `http://${host}:${API_PORT}`),
        tools: toolHosts.map(host => `http://${host}:${TOOLS_PORT}`),
      },
      postgres,
      redis,
      booked: async () => (await readFile(effects, 'utf8')).split('\n').slice(0, -1),
      close: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}
