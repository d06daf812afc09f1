import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createBearerAuth } from '../bearer-auth.ts';
import type { EndedCall, Guard, GuardAnswer, HttpCheck } from '../guard.ts';
import { andThen } from '../maybe-promise.ts';
import { addMetrics } from './add-metrics.ts';
import { createLasting } from './lasting.ts';
import { isLoopbackAddress } from './loopback.ts';

export interface MetricsOptions {
  /** `/metrics` unless given; `false` for none: the text is then had by `text()`. */
  readonly path?: string | false;
  /**
   * What a scraper sends as `Authorization: Bearer …`. Without it the path wants the credentials that the server wants of
   * everybody; of a server that wants none, it answers to this machine only.
   */
  readonly token?: string;
  /** Of the process: memory, event loop, garbage collection. On unless `false`. */
  readonly process?: boolean;
  /** Whether rates are counted in Redis now (`openRedisRateStore`): the gauge `mcp_rate_store_shared`. */
  readonly rateStore?: { readonly shared: () => boolean };
  /**
   * Where several processes serve as one: given how the metrics of this one are had, it gives how those of all are.
   * Workers of the kit have one (`worker.gatherMetrics`).
   */
  readonly gather?: (own: () => Promise<readonly object[]>) => () => Promise<readonly (readonly object[])[]>;
}

/** A section of `createGuards`, and its registry, to which metrics of your own may be added. */
export interface Metrics extends Guard {
  readonly registry: Registry;
  /** In the text format of Prometheus, of all processes that are gathered. */
  readonly text: () => Promise<string>;
}

/** Seconds. From a lookup in memory to the longest tool that is still waited for. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** A caller may invent names; only those of real tools become labels. */
const NO_TOOL = 'unknown';

/**
 * Counts into a registry of its own, so that several servers of one process do not mix.
 *
 * @throws GuardsError `bad_token` for a token that no header can carry.
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const { path = '/metrics', process: ofProcess = true, rateStore, gather } = options;
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const invocations = new Counter({
    name: 'mcp_tool_invocations_total',
    help: 'Calls of tools that ended.',
    labelNames: ['tool_name', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'mcp_tool_duration_seconds',
    help: 'How long calls of tools took.',
    labelNames: ['tool_name'],
    buckets: BUCKETS,
    registers,
  });
  let running = 0;
  const runningGauge: Gauge = new Gauge({
    name: 'mcp_tool_invocations_running',
    help: 'Calls of tools that have not ended.',
    registers,
    collect: () => runningGauge.set(running),
  });
  const lasting = createLasting(registers);
  const failures = new Counter({
    name: 'mcp_tool_failures_total',
    help: 'Calls of tools that ended with an error, by what failed; limits are "refused".',
    labelNames: ['tool_name', 'error_type'],
    registers,
  });
  const requests = new Counter({
    name: 'mcp_http_requests_total',
    help: 'HTTP requests that were answered.',
    labelNames: ['status'],
    registers,
  });
  const refusals = new Counter({
    name: 'mcp_refused_requests_total',
    help: 'HTTP requests that a guard refused: auth, limits, network, origin, overload, closing.',
    labelNames: ['by'],
    registers,
  });
  if (rateStore) {
    const shared: Gauge = new Gauge({
      name: 'mcp_rate_store_shared',
      help: '1 while rates are counted in Redis, 0 while it is away and this process counts alone.',
      registers,
      // One process that counts alone is worth knowing of.
      aggregator: 'min',
      collect: () => shared.set(rateStore.shared() ? 1 : 0),
    });
  }

  // prom-client looks a set of labels up by a text made of them; of those that come with every call it is kept.
  const children = new Map<string, ReturnType<typeof createChildren>>();
  const createChildren = (tool_name: string) => ({
    success: invocations.labels({ tool_name, status: 'success' }),
    error: invocations.labels({ tool_name, status: 'error' }),
    duration: durations.labels({ tool_name }),
  });
  const childrenOf = (name: string): ReturnType<typeof createChildren> => {
    let found = children.get(name);
    if (found === undefined) children.set(name, (found = createChildren(name)));
    return found;
  };
  const statuses = new Map<number, Counter.Internal>();
  const countStatus = (status: number): void => {
    let child = statuses.get(status);
    if (child === undefined) statuses.set(status, (child = requests.labels({ status: String(status) })));
    child.inc();
  };
  const ended = ({ call, status, errorType, durationSeconds }: EndedCall): void => {
    running -= 1;
    const name = call.tool?.name ?? NO_TOOL;
    const of = childrenOf(name);
    of[status].inc();
    of.duration.observe(durationSeconds);
    if (errorType !== undefined) failures.inc({ tool_name: name, error_type: errorType });
  };
  const gathered = gather?.(() => registry.getMetricsAsJSON());
  const text = async (): Promise<string> =>
    gathered ? addMetrics(await gathered()).metrics() : registry.metrics();
  const answer = async (): Promise<GuardAnswer> => ({
    status: 200,
    headers: { 'content-type': registry.contentType },
    body: await text(),
  });
  const check = createAccess(options.token);
  return {
    registry,
    text,
    opened: lasting,
    began: () => void (running += 1),
    ended,
    leave: ({ refusal }, status) => {
      countStatus(status);
      if (refusal !== undefined) refusals.inc({ by: refusal.by });
    },
    routes:
      path === false
        ? []
        : [
            {
              path,
              open: options.token !== undefined,
              answer: async visit => {
                const refused = await check(visit);
                if (refused === undefined) return answer();
                const { status, detail, headers = {} } = refused;
                const body = JSON.stringify({ detail });
                return { status, headers: { 'content-type': 'application/json', ...headers }, body };
              },
            },
          ],
  };
}

function createAccess(token: string | undefined): HttpCheck {
  if (token === undefined) {
    return ({ caller, address }) =>
      caller !== undefined || isLoopbackAddress(address)
        ? undefined
        : {
            status: 403,
            by: 'auth',
            detail:
              'Metrics are for this machine only, as this server asks nobody who they are. Give them a token to read them from elsewhere.',
          };
  }
  const { check } = createBearerAuth({ tokens: [token] });
  return ({ header }) =>
    andThen(check(header), verdict =>
      verdict.ok
        ? undefined
        : {
            status: 401,
            by: 'auth',
            detail: 'Metrics want a token of their own.',
            headers: { 'www-authenticate': 'Bearer' },
          },
    );
}
