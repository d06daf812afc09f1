import { createAuthCheck, toScopeChallenge, type Auth } from './auth.ts';
import { createCompress, type Compress, type CompressionOptions } from './compression.ts';
import { createCors, type Cors, type CorsOptions } from './cors.ts';
import type { CallGuard, Guard, GuardRoute, HttpCheck, Lasting } from './guard.ts';
import type { MaybePromise } from './maybe-promise.ts';
import { createNetworkCheck, type NetworkOptions } from './network.ts';
import { createWatch } from './observe/ended-call.ts';
import { createReadiness, type HealthOptions } from './readiness.ts';
import { toSecurityHeaders, type SecurityHeadersOptions } from './security-headers.ts';
import { Visit, type Arrival } from './visit.ts';

/** What is switched on, by section; what is left out does nothing and costs nothing. */
export interface GuardsOptions {
  /** Who may call: one way, or several of which one has to know the caller. Everyone unless given. */
  readonly auth?: Auth | readonly Auth[];
  /** From where. */
  readonly network?: NetworkOptions;
  /** Pages that may call from a browser; none unless given. */
  readonly cors?: CorsOptions;
  /** Headers against what browsers do with answers; not sent unless given. */
  readonly headers?: SecurityHeadersOptions;
  /** Of answers, not of streams; off unless given. */
  readonly compression?: CompressionOptions;
  /** What the server cannot do without, for `/health/ready`. */
  readonly health?: HealthOptions;
  /** Refuses early what could only be answered late. */
  readonly overload?: Guard;
  /** Spans of requests and calls. */
  readonly tracing?: Guard;
  /** Counts what is answered. */
  readonly metrics?: Guard;
  /** Writes what is answered. */
  readonly log?: Guard;
  /** Keeps who called what. */
  readonly audit?: Guard;
  /** How often, and how many at once. */
  readonly limits?: Guard;
  /** A call with the same key runs once. */
  readonly once?: Guard;
}

/** Guards put together, for every mount of one server; the state in them, such as counts, is shared. */
export interface Guards {
  /** First of all. */
  readonly arrive: (arrival: Arrival) => Visit;
  /** Decides, by everything that is not in the body; `visit.refusal` and `visit.caller` are set then. */
  readonly admit: (visit: Visit) => MaybePromise<void>;
  /** What the visit asked for was begun, and it only waits for that now. */
  readonly waits: (visit: Visit) => void;
  /** Once for each visit, when its answer is decided. */
  readonly leave: (visit: Visit, status: number) => void;
  /** Something that lasts is open now; call what is returned when it has ended. */
  readonly opened: (what: Lasting) => () => void;
  readonly routes: readonly GuardRoute[];
  /** Whether callers have to say who they are. */
  readonly authenticates: boolean;
  readonly cors: Cors | undefined;
  /** On every answer. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly compress: Compress | undefined;
  /** Whether everything is there that the server cannot do without; takes no longer than its limit. */
  readonly isReady: () => Promise<boolean>;
  /** `WWW-Authenticate` for a caller whose token lacks one of the scopes that an operation needs. */
  readonly toScopeChallenge: (scopes: readonly string[]) => string;
  /** Lets go of what the sections hold open. Mounts do not do it: several may share these guards. */
  readonly close: () => Promise<void>;
}

/** From the outside in: what counts sees what is refused further in. */
const OUTER = ['tracing', 'metrics', 'log', 'audit'] as const;
const INNER = ['overload', 'limits', 'once'] as const;

/** Puts the sections together, each to its place. No I/O. */
export function createGuards(options: GuardsOptions): Guards {
  const ways = options.auth === undefined ? [] : [options.auth].flat();
  const outer = OUTER.flatMap(name => options[name] ?? []);
  const inner = INNER.flatMap(name => options[name] ?? []);
  const sections = [...outer, ...inner];
  const denied = sections.flatMap(section => section.denied ?? []);
  const admit = inOrder([
    ...(options.network ? [createNetworkCheck(options.network)] : []),
    ...sections.flatMap(({ arrive }) => arrive ?? []),
    ...(ways.length > 0 ? [createAuthCheck(ways, denied)] : []),
    ...sections.flatMap(({ admit: check }) => check ?? []),
  ]);
  const call = nest([
    ...outer.flatMap(section => section.call ?? []),
    ...createWatch(sections),
    ...inner.flatMap(section => section.call ?? []),
  ]);
  const watchers = sections.flatMap(({ opened }) => opened ?? []);
  const waits = sections.flatMap(section => section.waits ?? []);
  const leaves = sections.flatMap(({ leave }) => leave ?? []);
  return {
    arrive: arrival => new Visit(arrival, call),
    admit,
    waits: visit => {
      for (const wait of waits) wait(visit);
    },
    leave: (visit, status) => {
      for (const leave of leaves) leave(visit, status);
    },
    opened: what => {
      const ends = watchers.map(opened => opened(what));
      return () => ends.splice(0).forEach(ended => ended());
    },
    routes: [...ways.flatMap(way => way.routes ?? []), ...sections.flatMap(section => section.routes ?? [])],
    authenticates: ways.length > 0,
    cors: options.cors && createCors(options.cors),
    headers: options.headers && toSecurityHeaders(options.headers),
    compress: options.compression && createCompress(options.compression),
    isReady: createReadiness(options.health ?? { checks: {} }),
    toScopeChallenge: scopes =>
      toScopeChallenge(ways, [...new Set([...ways.flatMap(way => way.scopes ?? []), ...scopes])]),
    close: async () => {
      await Promise.all([...ways, ...sections].map(async one => one.close?.()));
    },
  };
}

/** Until one refuses. A check that throws lets nobody in. */
function inOrder(checks: readonly HttpCheck[]): Guards['admit'] {
  const run = (visit: Visit, from: number): MaybePromise<void> => {
    for (let index = from; index < checks.length; index += 1) {
      const refusal = checks[index]?.(visit);
      if (refusal instanceof Promise) {
        return refusal.then(late => {
          visit.refusal = late;
          return late === undefined ? run(visit, index + 1) : undefined;
        });
      }
      visit.refusal = refusal;
      if (refusal !== undefined) return undefined;
    }
    return undefined;
  };
  return visit => run(visit, 0);
}

function nest(guards: readonly CallGuard[]): CallGuard | undefined {
  const [first, ...others] = guards;
  if (first === undefined) return undefined;
  const inner = nest(others);
  if (inner === undefined) return first;
  return (call, next) =>
    first(call, own => inner(call, own === undefined ? next : (inside = own) => next(inside)));
}
